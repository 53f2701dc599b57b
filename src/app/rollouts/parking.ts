import { hasCutOff } from '../../rollout/along-steps.ts'
import { isBetweenVersions, type Step } from '../../rollout/machine.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { hasTouchedOld } from '../../rollout/step.ts'

/** Between the versions going on is the shorter way to one that runs; it can turn back from there. */
export function canTurn(rollout: Rollout, step: Step): boolean {
  if (rollout.stage !== 'forward') return false
  return step.kind === 'wait' || (step.kind === 'effect' && !hasTouchedOld(rollout))
}

/** Whether a rollout may be left where it is, for another process or another time. */
export function canPark(rollout: Rollout, step: Step): boolean {
  // A hook after the fact waits for nobody: one of the versions serves.
  const isAfterwards = step.kind === 'effect' && step.effect === 'hook-after-rollback'
  if (step.kind === 'wait') return !hasCutOff(rollout)
  return isAfterwards || !isBetweenVersions(rollout)
}

/** For what is not to be cut short, though we were asked to stop. */
export const unstopped = new AbortController().signal

/** The tries of its last effect are for what fails: it was not done, and is asked for again. */
export const parked = ({ attempted, ...rollout }: Rollout): Rollout => ({
  ...rollout,
  attempted: attempted.slice(0, -1),
})
