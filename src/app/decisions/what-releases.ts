import { shortDigest, type Digest } from '../../image/digest.ts'
import { targetOf } from '../../targets/target.ts'

/** What of a decision its release depends on. */
export interface ReleaseContext {
  readonly workload: string
  readonly candidate: Digest | null
  /** Whether it is everything that is paused, rather than the workload alone. */
  readonly isGlobalPause: boolean
}

/** What would let a workload move on from a decision: a sentence, or null where nothing holds it. */
type Release = (context: ReleaseContext) => string | null

const nothing: Release = () => null

const atPoll = 'Longshore looks again at every poll, and when it is told of a push.'
const pulled: Release = ({ workload }) =>
  `It goes on once its image has been pulled from the registry and ${workload} was made anew from that.`
const corrected: Release = () => 'It goes on as soon as that has been corrected.'
const never =
  (why: string): Release =>
  () =>
    `Nothing will change that: ${why}.`
const once =
  (what: string): Release =>
  () =>
    `It goes on by itself once ${what}.`

/** By the reason code of a decision; those of the registry's errors are under their first word. */
const releases: Readonly<Record<string, Release>> = {
  CURRENT: nothing,
  DIGEST_MOVED: nothing,
  BETTER_TAG: nothing,
  PIN_DUE: nothing,
  DEPLOY_DUE: nothing,
  RETURN_DUE: nothing,
  PROVIDER_RESTARTED: nothing,
  PROVIDER_REPLACED: nothing,
  TAKE_BACK: nothing,
  PINNED: ({ workload }) => `It stays so until \`longshore unpin ${workload}\`.`,
  ROLLOUT_OPEN: () => 'Nothing else begins before that has ended.',

  WAITS_FOR_OTHER: () => 'It goes on by itself once that has had its turn.',
  GROUP_STOPPED: ({ workload }) =>
    `A push of another digest for the one that failed ends that; \`longshore resume ${workload}\` lets this one go on, and \`longshore deploy ${workload}\` rolls it out now.`,
  BRAKED: ({ workload }) =>
    `\`longshore release ${targetOf(workload)}\` takes the brake off; \`longshore deploy ${workload}\` goes ahead in spite of it.`,
  MASS_CHANGE: ({ workload }) =>
    `\`longshore plan\` shows them all; \`longshore release ${targetOf(workload)}\` lets through what is wanted now.`,
  AFTER_UNKNOWN: corrected,
  AFTER_CYCLE: corrected,

  STATE_RESTORED: () => 'Look at what runs, set again what pins and pauses are gone, and then say `longshore resume`.',
  STATE_LOST: () => 'Look at what runs, set again what pins and pauses are gone, and then say `longshore resume`.',
  ROLLOUTS_PAUSED: ({ workload, isGlobalPause }) =>
    `\`longshore resume${isGlobalPause ? '' : ` ${workload}`}\` lifts the pause; \`longshore deploy ${workload}\` goes ahead in spite of it.`,
  CHANGED_BY_HAND: ({ workload }) =>
    `\`longshore resume ${workload}\` takes what runs now as meant and goes on from there.`,
  NETWORK_LOST: ({ workload }) =>
    `Once it is on its networks again, \`longshore resume ${workload}\`; that goes on without them too.`,
  NOTIFY_ONLY: ({ workload }) => `\`longshore deploy ${workload}\` rolls it out now; mode auto would do so always.`,
  QUARANTINED: ({ workload, candidate }) => {
    const digest = candidate === null ? '' : ` ${shortDigest(candidate)}`
    return `A push of another digest ends that, and so does \`longshore quarantine release ${workload}${digest}\`.`
  },
  REVERSAL_UNCONFIRMED: () => 'The next look at the registry ends that, if it finds the same.',
  FLAPPING: ({ workload }) => `An hour without another turn ends that, or \`longshore resume ${workload}\`.`,
  POSTPONED: ({ workload }) => `Its hook is asked again by itself; \`longshore deploy ${workload}\` asks it now.`,
  RETRY_LATER: ({ workload }) => `It is tried again by itself; \`longshore deploy ${workload}\` tries it now.`,

  IMAGE_NOT_PULLED: pulled,
  PLATFORM_UNKNOWN: pulled,
  PLATFORM_MISSING: () => `A push of an image for that platform ends that. ${atPoll}`,
  NOT_DESCRIBED: () => atPoll,
  NOT_SCANNED: () => atPoll,
  TAG_NOT_SEEN: () => `A push under that tag ends that. ${atPoll}`,
  NO_CURRENT_TAG: corrected,
  TAG_HELD: () => `It goes on by itself once that is no longer so. ${atPoll}`,
  LIST_EMPTY: () => `A list with tags in it ends that. ${atPoll}`,
  LIST_HALVED: ({ workload }) =>
    `The tags coming back ends that, or three looks over an hour that agree that they are gone; \`longshore resume ${workload}\` believes it now.`,
  LOOKS_SPENT: () => `The next looks go on where this one ended. ${atPoll}`,
  ORDER_UNKNOWN: () => `A later push of one of them ends that. ${atPoll}`,
  FILTER_TOO_COSTLY: corrected,
  CURRENT_NOT_COMPARABLE: ({ workload }) =>
    `\`longshore deploy ${workload} TAG\` gives its policy a tag to go on from; \`downgrade: true\` in the policy needs none.`,
  CURRENT_EXCLUDED: ({ workload }) =>
    `A better tag ends that; \`longshore deploy ${workload} TAG\` gives its policy another to go on from. ${atPoll}`,
  LIST_TOO_LONG: () => `Fewer tags in the registry end that, or a policy that follows one. ${atPoll}`,
  CURRENT_GONE: () => `A better tag ends that. ${atPoll}`,
  NO_CANDIDATE: () => `A push of a tag that may be chosen ends that. ${atPoll}`,
  IMMUTABLE_MOVED: ({ workload }) =>
    `A better tag ends that; \`longshore deploy ${workload}\` takes what the tag names now.`,
  TARGET_UNAVAILABLE: once('its target answers'),
  TAG_GONE: ({ workload }) =>
    `A push of that tag ends that; \`longshore deploy ${workload} TAG\` gives it another one. ${atPoll}`,
  REPOSITORY_GONE: ({ workload }) =>
    `A push to that repository ends that, or another image for ${workload}, where it moved. ${atPoll}`,
  REGISTRY: () => `A good answer of the registry ends that. ${atPoll}`,
  MANIFEST_INCOMPLETE: () => `A whole image under that tag ends that, pushed or mirrored. ${atPoll}`,
  MANIFEST: () => `A push of an image under that tag ends that. ${atPoll}`,

  SETTINGS_INVALID: corrected,
  POLICY_INVALID: corrected,
  REFERENCE_INVALID: corrected,

  COMPOSE_DRIFT: () =>
    'It goes on by itself once the files and what runs agree again: `docker compose up -d`, or the files as they were.',
  DEPENDENCY_NOT_READY: once('that is ready'),
  SELF: never('Longshore does not replace itself'),
  SWARM_TASK: never('its Swarm service decides what it runs'),
  JOB: () =>
    '`jobs: start` in its settings has it told another image, which starts it again; so does its owner with `docker service update`.',
  SERVICE_UPDATING: () =>
    'It goes on by itself once that update has come to its end, or somebody has ended a paused one.',
  JOB_RUNNING: once('that run has come to its end'),
  JOB_FAILED: ({ workload }) =>
    `It goes on by itself once a later run of it, by its Swarm or its owner, has come to its end. A push of another digest ends that; \`longshore resume ${workload}\` takes it as it is.`,
  NOT_SEEN: () => 'It goes on by itself once its target shows its workloads again.',
  COMPOSE_SERVICE: never('Compose owns it, and it is no service of its project'),
  BUILT_HERE: () => 'An `image:` in its file would give it something to follow.',
  AUTO_REMOVE: () =>
    '`autoRemove: recreate` in its settings lets it be replaced, and so does making it anew without --rm.',
  IMAGE_GONE: () => 'Make it anew from an image that the engine has.',
  NOT_A_TAG: () => 'Make it anew from an image with a tag to have it cared for.',
  NOT_WATCHED: () => '`longshore.watch=true` on it, or a rule that matches it, has it cared for.',
  DEPENDENT: () => 'It goes on by itself once that is no longer so.',
  PROVIDER_GONE: () => 'It goes on by itself once that container is there again, under the same name.',
  PROVIDER_STOPPED: once('that container runs again'),
  PROVIDER_SETTLING: once('15 seconds have passed'),
  PROVIDER_FLAPPING: ({ workload }) => `Time ends that, or \`longshore resume ${workload}\`.`,
  ORDER_IMPOSSIBLE: corrected,
  PROBE_IMPOSSIBLE: corrected,
  HOOK_IMPOSSIBLE: corrected,
  MIXED_IMAGES: once('all its instances run the same image'),
  NOT_READABLE: once('the engine describes it again'),
  PAUSED: once('it is unpaused on the engine'),
  NAME_RESERVED: once('it has another name'),
  STOPPED: () =>
    'It goes on by itself once it runs again; `stopped: update` or `stopped: start` in its settings cares for it as it is.',
  ABSENT: nothing,
  BUILT_HERE_ONLY: ({ workload }) =>
    `A push of that image ends that, once ${workload} was made anew from what is pulled.`,
  PARTLY_STOPPED: () =>
    'It goes on by itself once all its instances run; `stopped: start` in its settings has them started with the new image.',
  ONLY_COMPOSE_STARTS: once('all of it runs, or nothing of it'),
  GONE: once('it is there again, and watched'),
}

/** For what only its own sentence tells: whatever holds it is looked at again. */
const otherwise = 'It goes on by itself once that is no longer so.'

/**
 * What would release a workload from how it stands, as a sentence; null where nothing holds it.
 * @param code reason code of its decision
 */
export function whatReleases(code: string, context: ReleaseContext): string | null {
  const [area = ''] = code.split('_')
  const release = lookUp(code) ?? (classes.has(area) ? lookUp(area) : undefined)
  return release === undefined ? otherwise : release(context)
}

const classes: ReadonlySet<string> = new Set(['REGISTRY', 'MANIFEST'])

const lookUp = (key: string): Release | undefined => (Object.hasOwn(releases, key) ? releases[key] : undefined)

/** Whether a code has words of its own, rather than those for everything else. */
export const hasOwnRelease = (code: string): boolean =>
  lookUp(code) !== undefined || classes.has(code.split('_')[0] ?? '')
