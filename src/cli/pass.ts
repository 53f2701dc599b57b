import type { Decision } from '../app/decisions/decision.ts'
import type { PassReport } from '../app/passes/run-pass.ts'
import type { Doors } from './doors.ts'

type Failures = PassReport['failures']

/** Says what could not be looked at or done, and what to do about it. */
export function tellFailures(doors: Pick<Doors, 'tell'>, failures: Failures): void {
  for (const { subject, error } of failures) doors.tell(`${subject}: ${error.code}: ${error.message}\n${error.hint}\n`)
}

/** What is said instead of an empty table. Where something could not be looked at, nobody knows that nothing is there. */
export function noWorkloads(failures: Failures): string {
  if (failures.length > 0) return 'Not everything could be looked at; no watched workload was found elsewhere.'
  return `No watched workload was found.
Give a container or a Compose service the label longshore.watch=true, or name it in the configuration.`
}

/** How one workload was decided, for programs. */
export const decisionJson = (workload: {
  readonly id: string
  readonly image: string
  readonly decision: Decision
}) => ({
  id: workload.id,
  image: workload.image,
  state: workload.decision.state,
  code: workload.decision.reason.code,
  reason: workload.decision.reason.sentence,
  candidate: workload.decision.candidate,
  /** Where a policy chose one. */
  tag: workload.decision.candidateTag ?? null,
})

/** Failures, for programs. */
export const failuresJson = (failures: Failures) =>
  failures.map(({ subject, error }) => ({ subject, code: error.code, message: error.message, hint: error.hint }))
