import { readFile } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import { explainTags, type Explanation } from '../../app/selection/explain-tags.ts'
import { AppError } from '../../errors.ts'
import { parsePlatform } from '../../image/platform.ts'
import { comparisonTable, explanationTable } from '../explain/explanation-table.ts'
import { parseTags, parseTime, type ListedTag } from '../explain/tags-file.ts'
import type { Doors, ExitCode, GlobalOptions, Output } from '../doors.ts'
import { json } from '../present.ts'

export interface ExplainOptions extends GlobalOptions {
  readonly policy: readonly string[]
  readonly current?: string
  readonly platform?: string
  readonly now?: string
  readonly tagsFile?: string
  readonly image?: string
  readonly all?: boolean
  readonly output: Output
}

/** `longshore explain`: what a policy would choose among a list of tags, and what became of each of them. */
export async function runExplain(doors: Doors, options: ExplainOptions): Promise<ExitCode> {
  const policies = await Promise.all(options.policy.map((each) => doors.loadPolicy(each)))
  const question = {
    current: options.current ?? null,
    platform: options.platform === undefined ? null : parsePlatform(options.platform),
    now: options.now === undefined ? Date.now() : parseTime(options.now, '--now'),
  }
  for (const { spec } of policies) {
    if (spec.order !== 'digest' || question.current !== null) continue
    throw new AppError('POLICY_INVALID', 'policy: digest follows the current tag; name it with --current')
  }
  const candidates = (await readTags(options.tagsFile)).map((tag) => ({
    ...tag,
    // What was pushed then was not there before.
    firstSeenAt: tag.firstSeenAt ?? tag.pushedAt,
    hasMoved: false,
  }))
  print(
    doors,
    options,
    policies.map((policy) => explainTags(policy, { ...question, candidates })),
  )
  return 0
}

async function readTags(file: string | undefined): Promise<readonly ListedTag[]> {
  if (file === undefined) throw new AppError('CLI_USAGE', 'name the tags with --tags-file FILE, - for standard input')
  if (file === '-') return parseTags(await readAll(process.stdin))
  try {
    return parseTags(await readFile(file, 'utf8'))
  } catch (error) {
    if (error instanceof AppError) throw error
    throw new AppError('CLI_USAGE', `${file} cannot be read: ${error instanceof Error ? error.message : ''}`, {
      cause: error,
    })
  }
}

function print(
  doors: Doors,
  { output, all = false, current = null }: Omit<ExplainOptions, 'current'> & { current?: string | null },
  explanations: readonly Explanation[],
): void {
  const [first] = explanations
  if (first === undefined) return
  if (output === 'json')
    return doors.print(
      json(
        explanations.length === 1
          ? toJson(first)
          : explanations.map((each) => ({ policy: each.policy, ...toJson(each) })),
      ),
    )
  const shown = { current, columns: doors.columns, all }
  doors.printLines(explanations.length === 1 ? explanationTable(first, shown) : comparisonTable(explanations, shown))
}

const toJson = ({ selected, code, reason, candidates }: Explanation) => ({ selected, code, reason, candidates })
