import type { Answer } from '../app/words/control.ts'
import type { End } from '../app/answers/read-progress.ts'
import type { Doors, ExitCode, Output } from './doors.ts'
import { lastWords, outcomeSentence } from './outcome.ts'
import { json } from './present.ts'

const bad: ReadonlySet<string | null> = new Set(['rolled-back', 'failed', 'needs-human'])

/** What a word did by itself. */
export function reportAnswer(doors: Pick<Doors, 'print'>, output: Output, { sentence, workload }: Answer): void {
  doors.print(output === 'json' ? json({ workload, sentence }) : sentence)
}

/** What came of a word; for people it stands below the answer that they were given before. */
export function reportEnd(doors: Pick<Doors, 'print'>, output: Output, answer: Answer, end: End): ExitCode {
  doors.print(output === 'json' ? json(toJson(answer, end)) : toText(end))
  return bad.has(end.rollout?.outcome ?? null) || isPrevented(end) ? 1 : 0
}

/** A registry that would not tell what the tag names, or files of the service, kept the word from being carried out. */
function isPrevented({ decision: { state, reason } }: End): boolean {
  return state === 'unknown' || (state === 'held' && /^(COMPOSE_|IMAGE_NOT_EDITABLE$)/.test(reason.code))
}

function toText({ rollout, decision }: End): string {
  const now = `${decision.state}: ${decision.reason.sentence}`
  if (rollout === null) return now
  const what = `${rollout.outcome?.replaceAll('-', ' ') ?? rollout.stage}: ${outcomeSentence(rollout)}`
  const lines = [what, ...lastWords(rollout.logTail).map((line) => `| ${line}`)]
  return (decision.state === 'current' ? lines : [...lines, now]).join('\n')
}

function toJson({ workload, sentence }: Answer, { decision, rollout }: End) {
  return {
    workload,
    sentence,
    state: decision.state,
    code: decision.reason.code,
    reason: decision.reason.sentence,
    rollout: rollout && {
      id: rollout.id,
      outcome: rollout.outcome,
      code: rollout.reason?.code ?? null,
      reason: rollout.reason?.sentence ?? null,
      order: rollout.order,
      fromDigest: rollout.fromDigest,
      toDigest: rollout.digest,
      gapMs: rollout.gapMs,
      logTail: rollout.logTail,
    },
  }
}
