import type { Probe } from './probe.ts'
import type { Rollout } from './rollout.ts'
import { hasAttempted } from './step.ts'

/** The probe that a look at the new version has to ask: only while the gate, or the second look of start-first, is open. */
export function dueProbe(rollout: Rollout): Probe | null {
  const { stage, order, gate } = rollout
  const isSecondLook = stage === 'passed' && order === 'start-first' && !hasAttempted(rollout, 'disarm-old')
  return stage === 'forward' || isSecondLook ? gate.probe : null
}
