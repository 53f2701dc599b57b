import { findWorkload } from '../../app/workloads/find-workload.ts'
import { readHistory, type HistoryLine } from '../../app/answers/read-history.ts'
import { AppError } from '../../errors.ts'
import type { Doors, ExitCode, GlobalOptions, Output } from '../doors.ts'
import { lastWords, outcomeSentence } from '../outcome.ts'
import { json, short, when } from '../present.ts'
import { table } from '../table.ts'

interface HistoryOptions extends GlobalOptions {
  readonly output: Output
  readonly limit: string
  readonly journal?: boolean
}

/** `longshore history [WORKLOAD]`: what happened and why, newest last on a terminal and newest first in JSON. */
export async function runHistory(
  doors: Doors,
  workload: string | undefined,
  options: HistoryOptions,
): Promise<ExitCode> {
  const limit = Number(options.limit)
  if (!Number.isInteger(limit) || limit < 1 || limit > 10_000) {
    throw new AppError('CLI_USAGE', `--limit takes a whole number from 1 to 10000, not ${options.limit}`)
  }
  const { app, close } = await doors.openApp({ ...options, access: 'reader' })
  try {
    const id = workload === undefined ? undefined : await findWorkload(app.store, workload)
    const withJournal = options.journal === true
    const lines = await readHistory(app, { limit, withJournal, ...(id !== undefined && { workload: id }) })
    doors.print(options.output === 'json' ? json(lines.map(toJson)) : toText(lines.toReversed(), doors.columns))
    return 0
  } finally {
    await close()
  }
}

function toText(lines: readonly HistoryLine[], columns: number | null): string {
  if (lines.length === 0) return 'Nothing has happened so far.'
  // Where nobody said anything, a column for who did would only take room from the sentences.
  const who = lines.some(({ actor }) => actor !== null) ? (name: string | null) => [name ?? ''] : () => []
  const rows = lines.flatMap((line) => [
    [when(line.at), line.workload ?? 'everything', label(line), ...who(line.actor), move(line), sentence(line)],
    ...lastWords(line.outcome?.logTail ?? line.output).map((text) => ['', '', '', ...who(null), '', `| ${text}`]),
    ...line.journal.map((entry) => [when(entry.at), '', `  ${entry.step}`, ...who(null), entry.effect, '']),
  ])
  return table(['WHEN', 'WORKLOAD', 'WHAT', ...who('WHO'), 'FROM > TO', 'WHY'], rows, columns)
}

function label({ kind, outcome }: HistoryLine): string {
  if (kind === 'rollout-started') return 'started'
  return kind === 'rollout-ended' ? (outcome?.outcome ?? 'ended') : kind
}

function move({ fromDigest, toDigest }: HistoryLine): string {
  if (toDigest === null) return ''
  return fromDigest === null ? short(toDigest) : `${short(fromDigest)} > ${short(toDigest)}`
}

const sentence = ({ reason, outcome }: HistoryLine): string =>
  outcomeSentence({ reason, outcome: outcome?.outcome ?? null, gapMs: outcome?.gapMs ?? null })

function toJson({ outcome, output, journal, reason, ...line }: HistoryLine) {
  return {
    ...line,
    code: reason.code,
    reason: reason.sentence,
    ...(outcome && {
      outcome: outcome.outcome,
      order: outcome.order,
      gapMs: outcome.gapMs,
      logTail: outcome.logTail,
    }),
    ...(output !== null && { output }),
    ...(journal.length > 0 && { journal: journal.map(({ step, effect, at }) => ({ step, effect, at })) }),
  }
}
