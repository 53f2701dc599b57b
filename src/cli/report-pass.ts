import type { PassReport } from '../app/passes/run-pass.ts'
import { leftInWords } from '../app/rollouts/open-in-words.ts'
import type { Doors, ExitCode, Output } from './doors.ts'
import { decisionJson, failuresJson, noWorkloads, tellFailures } from './pass.ts'
import { json, short } from './present.ts'
import { table } from './table.ts'

/**
 * What a full pass did.
 * @param also stands before it in JSON
 * @returns 1 when something could not be looked at, a rollout did not go well, or an old version is not back yet
 */
export function reportPass(
  doors: Pick<Doors, 'print' | 'tell' | 'columns'>,
  output: Output,
  pass: PassReport,
  also: object = {},
): ExitCode {
  doors.print(output === 'json' ? json({ ...also, ...toJson(pass) }) : toText(pass, doors.columns))
  const waiting = pass.rollouts.filter((each) => leftInWords(each) !== null)
  if (output !== 'json') for (const each of waiting) doors.tell(`${each.workload}: ${leftInWords(each)}`)
  tellFailures(doors, pass.failures)
  const bad = new Set(['rolled-back', 'failed', 'needs-human'])
  return pass.failures.length + waiting.length > 0 || pass.rollouts.some((each) => bad.has(each.outcome ?? '')) ? 1 : 0
}

function toText({ workloads, rollouts, failures }: PassReport, columns: number | null): string {
  if (workloads.length === 0) return noWorkloads(failures)
  const rows = workloads.map(({ id, image, decision }) => {
    const rollout = rollouts.find((each) => each.workload === id && each.outcome !== null)
    return [id, image, decision.state, rollout?.outcome ?? '-', short(decision.candidate), decision.reason.sentence]
  })
  return table(['WORKLOAD', 'IMAGE', 'STATE', 'ROLLOUT', 'DIGEST', 'WHY'], rows, columns)
}

function toJson({ workloads, rollouts, failures }: PassReport) {
  return {
    workloads: workloads.map(decisionJson),
    rollouts: rollouts.map((rollout) => ({
      id: rollout.id,
      workload: rollout.workload,
      outcome: rollout.outcome,
      stage: rollout.stage,
      code: rollout.reason?.code ?? null,
      reason: leftInWords(rollout) ?? rollout.reason?.sentence ?? null,
      order: rollout.order,
      fromDigest: rollout.fromDigest,
      toDigest: rollout.digest,
      gapMs: rollout.gapMs,
      logTail: rollout.logTail,
    })),
    failures: failuresJson(failures),
  }
}
