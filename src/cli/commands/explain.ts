import { readFile } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import { explainTags, type Explanation, type Policy, type Question } from '../../app/selection/explain-tags.ts'
import { AppError } from '../../errors.ts'
import { parsePlatform } from '../../image/platform.ts'
import { parseReference } from '../../image/reference.ts'
import { comparisonTable } from '../explain/comparison-table.ts'
import { explanationTable } from '../explain/explanation-table.ts'
import { parseTags, parseTime, type ListedTag } from '../explain/tags-file.ts'
import type { Doors, ExitCode, GlobalOptions, Output } from '../doors.ts'
import { toJson } from '../explain/to-json.ts'
import { json } from '../present.ts'

export interface ExplainOptions extends GlobalOptions {
  readonly policy?: readonly string[]
  readonly current?: string
  readonly platform?: string
  readonly now?: string
  readonly tagsFile?: string
  readonly image?: string
  readonly all?: boolean
  readonly output: Output
}

/**
 * `longshore explain`: what a policy would choose among a list of tags, or among those of a registry; or what is decided
 * on a workload and why. In each case with what became of every tag.
 */
export async function runExplain(
  doors: Doors,
  workload: string | undefined,
  options: ExplainOptions,
): Promise<ExitCode> {
  const { policy = [], tagsFile, image } = options
  if (workload !== undefined) {
    const others = [options.current, options.platform, options.now, tagsFile, image]
    if (policy.length > 0 || others.some((each) => each !== undefined))
      throw new AppError('CLI_USAGE', 'a workload has its own policy, tag and list; name it alone, or none')
    return (await import('../explain/explain-workload.ts')).explainOne(doors, workload, options)
  }
  if (policy.length === 0) throw new AppError('CLI_USAGE', 'name a workload, or a policy with --policy')
  if (options.current === '') throw new AppError('CLI_USAGE', '--current names no tag; leave it out for none')
  if ((tagsFile === undefined) === (image === undefined))
    throw new AppError('CLI_USAGE', 'name the tags with --tags-file FILE (- for standard input), or with --image REF')
  const policies = await Promise.all(policy.map((each) => doors.loadPolicy(each)))
  const reference = image === undefined ? null : parseReference(image)
  const question = {
    current: options.current ?? reference?.tag ?? null,
    platform: options.platform === undefined ? null : parsePlatform(options.platform),
    now: options.now === undefined ? Date.now() : parseTime(options.now, '--now'),
  }
  for (const { spec } of policies) {
    if (spec.order !== 'digest' || question.current !== null) continue
    throw new AppError('POLICY_INVALID', 'policy: digest follows the current tag; name it with --current')
  }
  const explanations =
    reference === null
      ? await explainFile(policies, question, tagsFile)
      : await (
          await import('../explain/explain-registry.ts')
        ).explainRegistry(doors, options, reference, policies, question)
  print(doors, { ...options, current: question.current }, explanations)
  return 0
}

type Asked = Omit<Question, 'candidates'>

async function explainFile(policies: readonly Policy[], question: Asked, file: string | undefined) {
  const candidates = (await readTags(file)).map((tag) => ({
    ...tag,
    // What was pushed then was not there before.
    firstSeenAt: tag.firstSeenAt ?? tag.pushedAt,
    listedAt: null,
    hasMoved: false,
  }))
  return policies.map((each) => explainTags(each, { ...question, candidates }))
}

async function readTags(file: string | undefined): Promise<readonly ListedTag[]> {
  if (file === undefined) return []
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
  { output, all = false, current }: Pick<ExplainOptions, 'output' | 'all'> & { readonly current: string | null },
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
