import { isoTime } from '../../lib/clock.ts'
import type { App } from '../app.ts'
import type { Decision } from '../decisions/decision.ts'
import { tellImage } from './override.ts'

/** Ends the person's word that a decision ends, if it still stands, and restores the pin whose place it took in vain. */
export async function endOverride(
  { store, clock }: Pick<App, 'store' | 'clock'>,
  { endsOverride, restoresPin }: Decision,
): Promise<void> {
  if (endsOverride === null) return
  if (restoresPin === null) return store.clearOverride(endsOverride)
  const sentence = `${tellImage(endsOverride)} failed, so it is pinned to ${tellImage(restoresPin)} again`
  await store.clearOverride(endsOverride, {
    next: restoresPin,
    history: {
      at: isoTime(clock),
      actor: null,
      workload: endsOverride.workload,
      rollout: null,
      kind: 'pin',
      reason: { code: 'PIN_RESTORED', sentence },
      fromDigest: null,
      toDigest: restoresPin.digest,
    },
  })
}
