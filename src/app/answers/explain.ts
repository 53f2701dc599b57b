import { shortDigest, type Digest } from '../../image/digest.ts'
import { formatAge } from '../../lib/age.ts'
import { formatMinute } from '../../lib/minute.ts'
import type { Reason, Rollout } from '../../rollout/rollout.ts'
import type { DecisionState, Hold, Override, Pause, Time } from '../../store/store.ts'
import { dueCodes } from '../groups/due-codes.ts'
import { tellPause } from '../words/pauses.ts'
import { alongInWords } from '../sets/along-in-words.ts'
import { isFollowing } from '../sets/decide-follow.ts'
import { runInWords, waitInWords } from '../rollouts/open-in-words.ts'
import { whatReleases } from '../decisions/what-releases.ts'
import { because } from '../words/words.ts'

/** Everything about one workload that a person may be told of. */
export interface Standing {
  readonly workload: string
  readonly runs: { readonly image: string; readonly digest: Digest | null }
  /** When our rollout of what runs ended; null when it was not we who put it there. */
  readonly rolledOutAt: Time | null
  readonly state: DecisionState
  readonly reason: Reason
  readonly wants: Digest | null
  readonly since: Time
  readonly policy: string
  /** Tag that is followed or chosen; null when none is, as of what is left alone. */
  readonly tag: string | null
  /** Whether the policy chooses it among all tags; absent where it is followed. */
  readonly isChosen?: boolean
  /** What would be better, and why it is kept back. */
  readonly keptBack?: string | undefined
  readonly override: Override | null
  /** Those that hold it now. */
  readonly pauses: readonly Pause[]
  readonly hold: Hold | null
  readonly open: Rollout | null
  /** Sentences about the hooks of its latest rollout. */
  readonly hooks: readonly string[]
  /** False for one that is there and does not run. */
  readonly isRunning: boolean
  /** Whether it is only to be made, as the configuration says. */
  readonly isAbsent?: boolean
  /** What its owner should know beside all that. */
  readonly note?: string | undefined
  /** How it stood when it was seen last, where it cannot be seen now; null otherwise. */
  readonly seen: { readonly at: Time; readonly state: DecisionState; readonly reason: Reason } | null
  readonly now: number
}

/** How a workload stands: what runs, what is wanted, what holds it, since when, and what would release it. */
export function explain(standing: Standing): readonly string[] {
  const { reason, workload, wants, pauses } = standing
  const isGlobalPause = pauses.some((each) => each.workload === null)
  return [
    runs(standing),
    wanted(standing),
    stands(standing),
    sinceWhen(standing),
    whatReleases(reason.code, { workload, candidate: wants, isGlobalPause }),
    besides(standing),
    ...standing.hooks,
  ].filter((each) => each !== null)
}

function runs({ runs: { image, digest }, rolledOutAt, seen, isRunning, isAbsent, tag }: Standing): string {
  if (isAbsent === true) return `It does not exist; the configuration says that it is made from ${image}.`
  if (!isRunning) return `It was made from ${image}.`
  const what = `${seen === null ? 'It runs' : 'When it was seen last, it ran'} ${image}${digest === null ? '' : ` (${shortDigest(digest)})`}`
  // Of what is left alone nobody asked.
  if (digest === null && tag === null) return `${what}.`
  if (digest === null) return `${what}, under no digest that its registry knows.`
  if (rolledOutAt === null) return `${what}, which was not rolled out by Longshore.`
  return `${what}, rolled out by Longshore at ${formatMinute(rolledOutAt)}.`
}

function wanted({ override, tag, wants, policy, reason, isChosen }: Standing): string | null {
  if (override !== null) return `Wanted is ${imageOf(override, wants)}: ${wordOf(override)}.`
  if (tag === null || reason.code === 'GONE') return null
  if (isChosen !== true) return `Wanted is ${named(tag, wants)}: its policy, ${policy}, follows that tag.`
  if (wants === null) return `Its policy, ${policy}, chooses among the tags of its repository.`
  return `Wanted is ${named(tag, wants)}: its policy, ${policy}, chooses that tag.`
}

const imageOf = ({ tag, digest }: Override, wants: Digest | null): string =>
  digest === null ? named(tag, wants) : `${shortDigest(digest)}, as ${tag}`

const named = (tag: string, wants: Digest | null): string =>
  `what the tag ${tag} names${wants === null ? '' : ` (${shortDigest(wants)})`}`

/** What a person said, when, and why. */
function wordOf({ kind, actor, since, reason }: Override): string {
  const at = `at ${formatMinute(since)}${because(reason)}`
  if (kind === 'pin') return `${actor} pinned it to that ${at}`
  if (kind === 'deploy') return `${actor} asked for that ${at}`
  return `${actor} unpinned it ${at}, and that is the tag that it followed before`
}

function stands({ state, reason, open, wants, isRunning, isAbsent, keptBack, now }: Standing): string {
  if (open !== null) {
    const way = open.stage === 'back' ? 'is being taken back' : 'is under way'
    const waits = waitInWords(open, now)
    const at = `at step ${open.step}${runInWords(open)}${waits === null ? '' : `, and waits: ${waits}`}`
    return `A rollout of ${open.tag} (${shortDigest(open.digest)}) ${way}, ${at}${alongInWords(open)}.`
  }
  if (reason.code === 'TAKE_BACK') return `It is to go back to what it ran before: ${ended(reason.sentence)}`
  if (isAbsent === true && dueCodes.has(reason.code)) return 'It is about to be made.'
  if (isFollowing({ reason })) return `It is about to follow: ${ended(reason.sentence)}`
  if (reason.code === 'TAG_HELD' && keptBack !== undefined) return `That is what runs. ${ended(reason.sentence)}`
  if (reason.code === 'BETTER_TAG') return `That is not what runs, and ${reason.sentence}: a rollout is due.`
  if (dueCodes.has(reason.code)) return 'That is not what runs: a rollout is due.'
  switch (state) {
    case 'current':
      return isRunning ? 'That is what runs.' : 'That is what it was made from.'
    case 'held':
      return wants === null
        ? `It is held: ${ended(reason.sentence)}`
        : `It is not rolled out: ${ended(reason.sentence)}`
    case 'unknown':
      return `Whether that is what runs is not known: ${ended(reason.sentence)}`
    case 'ignored':
      return `Longshore leaves it alone: ${ended(reason.sentence)}`
    case 'outdated':
    case 'rolling-out':
      return `It is not rolled out now: ${ended(reason.sentence)}`
  }
}

/** A reason as the end of a sentence; one that asks back has its sign already. */
const ended = (text: string): string => (text.endsWith('?') ? text : `${text}.`)

function sinceWhen({ since, now, seen, reason }: Standing): string {
  if (seen === null)
    return `It has been like this since ${formatMinute(since)}, for ${formatAge(now - Date.parse(since))}.`
  if (reason.code === 'GONE') return `It was seen last at ${formatMinute(seen.at)}.`
  return `When it was seen last, at ${formatMinute(seen.at)}, it was ${seen.state}: ${seen.reason.sentence}.`
}

/** What does not matter to what was decided now, but will to the next push. */
function besides({ state, reason, pauses, hold, now, note, keptBack }: Standing): string | null {
  if (keptBack !== undefined && !reason.sentence.startsWith(keptBack)) return `Besides, ${keptBack}.`
  if (state !== 'current') return null
  if (note !== undefined) return `Besides, ${note}.`
  if (hold !== null) return `Besides, everything is held: ${hold.reason.sentence}.`
  const [pause] = pauses
  return pause === undefined ? null : `Besides, ${tellPause(pause, now)}: whatever is pushed meanwhile waits.`
}
