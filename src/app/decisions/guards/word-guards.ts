import { tagOf } from '../../../image/reference.ts'
import type { Pause } from '../../../store/store.ts'
import type { Workload } from '../../../targets/target.ts'
import { activePauses, tellPause } from '../../words/pauses.ts'
import { isNewer } from '../../words/override.ts'
import { held, type Guard, type StandingGuard } from './guard.ts'

/** I9: pins and pauses may be gone, so not even a person's word goes through before one has looked. */
export const everythingHeld: StandingGuard = ({ hold }) => hold && held(hold.reason.code, hold.reason.sentence)

/** The later word stands: what a person asked for after the pause goes through. */
export const paused: StandingGuard = ({ pauses, override, workload, now }) => {
  const [holding] = activePauses(pauses, workload.id, now)
    .filter((each) => override === null || !isNewer(override, each.since))
    .toSorted((one, other) => endOf(other) - endOf(one))
  if (holding === undefined) return null
  const whole = held('ROLLOUTS_PAUSED', tellPause(holding, null))
  if (holding.until === null) return whole
  return { ...whole, againInMs: endOf(holding) - now }
}

const endOf = ({ until }: Pause): number => (until === null ? Infinity : Date.parse(until))

export const notifyOnly: Guard = ({ workload, settings, tag, reference, override }) =>
  settings.mode === 'notify' && override === null
    ? {
        state: 'outdated',
        code: 'NOTIFY_ONLY',
        sentence: `${wouldAct(workload, tag, tagOf(reference))}; mode notify never acts`,
      }
    : null

/** What would be done: about a container that it uses, about its absence, or about its image. */
function wouldAct(
  { follows = null, isAbsent }: Pick<Workload, 'follows' | 'isAbsent'>,
  tag: string,
  current: string,
): string {
  if (follows !== null) return follows.sentence
  if (isAbsent === true) return 'it does not exist'
  return tag === current ? `the tag ${tag} names a newer digest` : `its policy chooses ${tag}`
}
