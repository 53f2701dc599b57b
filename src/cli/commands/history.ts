import { stripVTControlCharacters } from 'node:util'
import { readHistory, type HistoryLine } from '../../app/read-history.ts'
import { AppError } from '../../errors.ts'
import type { Doors, ExitCode, GlobalOptions, Output } from '../doors.ts'
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

/** A workload by its id, or by its bare name where only one has it. */
export async function findWorkload(
  store: { workloads(): Promise<readonly { readonly id: string }[]> },
  wanted: string,
): Promise<string> {
  const ids = (await store.workloads()).map((each) => each.id)
  const found = ids.filter((id) => id === wanted || id.endsWith(`/${wanted}`))
  if (found.length === 1 && found[0] !== undefined) return found[0]
  const known =
    found.length > 1
      ? `; there are ${found.join(', ')}`
      : ids.length > 0
        ? `; known: ${ids.slice(0, 10).join(', ')}`
        : ''
  throw new AppError(
    'WORKLOAD_NOT_FOUND',
    `${found.length > 1 ? 'several workloads are' : 'no workload is'} called ${wanted}${known}`,
  )
}

function toText(lines: readonly HistoryLine[], columns: number | null): string {
  if (lines.length === 0) return 'Nothing has happened so far.'
  const rows = lines.flatMap((line) => [
    [when(line.at), line.workload ?? 'everything', label(line), move(line), sentence(line)],
    ...lastWords(line).map((text) => ['', '', '', '', `| ${text}`]),
    ...line.journal.map((entry) => [when(entry.at), '', `  ${entry.step}`, entry.effect, '']),
  ])
  return table(['WHEN', 'WORKLOAD', 'WHAT', 'FROM > TO', 'WHY'], rows, columns)
}

/** Lines of what a failed version printed that are shown to people; programs get all that was kept. */
const lastWordsMax = 3

const lastWords = ({ outcome }: HistoryLine): readonly string[] =>
  stripVTControlCharacters(outcome?.logTail ?? '')
    .split(/[\r\n]+/)
    .filter((text) => text.trim() !== '')
    .slice(-lastWordsMax)

function label({ kind, outcome }: HistoryLine): string {
  if (kind === 'rollout-started') return 'started'
  return kind === 'rollout-ended' ? (outcome?.outcome ?? 'ended') : kind
}

function move({ fromDigest, toDigest }: HistoryLine): string {
  if (toDigest === null) return ''
  return fromDigest === null ? short(toDigest) : `${short(fromDigest)} > ${short(toDigest)}`
}

function sentence({ reason, outcome }: HistoryLine): string {
  const gapMs = outcome?.gapMs
  const gap = gapMs == null ? '' : gapMs === 0 ? '; no gap' : `; gap ${gapMs} ms`
  return outcome?.outcome === 'succeeded' ? reason.sentence + gap : reason.sentence
}

function toJson({ outcome, journal, reason, ...line }: HistoryLine) {
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
    ...(journal.length > 0 && { journal: journal.map(({ step, effect, at }) => ({ step, effect, at })) }),
  }
}
