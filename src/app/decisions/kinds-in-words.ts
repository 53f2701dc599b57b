import { formatFamiliar, type ImageReference } from '../../image/reference.ts'
import type { Policy } from '../../policies/policy.ts'
import type { TagObservation } from '../../store/store.ts'
import type { Workload } from '../../targets/target.ts'
import type { Due } from '../groups/due-codes.ts'
import { decision, type Decision } from './decision.ts'

type Kind = Pick<Workload, 'isAbsent' | 'isRunning' | 'repositoryDigests'>

interface Wanted {
  readonly workload: Kind
  readonly policy: Pick<Policy, 'isMeantToStay'>
}

/** Why a workload is as wanted: what does not run has what its tag names all the same. */
export const currentSentence = ({ isRunning }: Kind, tag: string): string =>
  isRunning ? `it runs what the tag ${tag} names` : `it does not run, and was made from what the tag ${tag} names`

/** Why a rollout to what a tag names is due. */
export function whyDue({ workload: { isAbsent, isRunning }, policy }: Wanted, tag: string): Due {
  if (isAbsent === true) return { code: 'ABSENT', sentence: 'it does not exist, and is to be made as ensure says' }
  const than = isRunning ? 'the one that runs' : 'the one that it was made from'
  // Others are made to move; of a whole version most people think that it stays.
  const moved = policy.isMeantToStay(tag) ? 'moved: it names' : 'names'
  return { code: 'DIGEST_MOVED', sentence: `the tag ${tag} ${moved} another digest than ${than}` }
}

/** Answers of a registry that does not have an image, or does not say so to strangers. */
const unknownThere: ReadonlySet<string> = new Set([
  'REGISTRY_NOT_FOUND',
  'REGISTRY_REPOSITORY_UNKNOWN',
  'REGISTRY_UNAUTHORIZED',
  'REGISTRY_FORBIDDEN',
])

/** An image that was built here, and that its registry does not know: nothing is wrong with either. Null for all others. */
export function builtHereOnly(
  { isAbsent, repositoryDigests }: Kind,
  reference: ImageReference,
  { failure, digest }: Pick<TagObservation, 'failure' | 'digest'>,
): Decision | null {
  const isPulled = isAbsent === true || repositoryDigests.length > 0
  if (isPulled || digest !== null || failure === null || !unknownThere.has(failure.code)) return null
  const sentence = `its image was built or loaded on the engine, and ${reference.registry} gives nobody ${formatFamiliar(reference)}`
  return decision('held', 'BUILT_HERE_ONLY', sentence)
}
