import { parseReference } from '../../image/reference.ts'
import type { Reason, Rollout } from '../../rollout/rollout.ts'
import type { Store } from '../../store/store.ts'
import { isNewer, tellImage, wantedDigest } from '../words/override.ts'

/** Reason code of a rollout that a person took back. */
export const withdrawnCode = 'WITHDRAWN'

/** Whether a person asked for another digest since a rollout began, and in which words; null when nobody did. */
export async function withdrawn(
  store: Pick<Store, 'override' | 'tagObservation'>,
  rollout: Rollout,
): Promise<Reason | null> {
  const override = await store.override(rollout.workload)
  if (override === null || !isNewer(override, rollout.createdAt)) return null
  const { registry, repository } = parseReference(rollout.repository)
  const wanted = wantedDigest(override, await store.tagObservation(registry, repository, override.tag))
  if (wanted === null || wanted === rollout.digest) return null
  return { code: withdrawnCode, sentence: `${override.actor} asked for ${tellImage(override)} meanwhile` }
}
