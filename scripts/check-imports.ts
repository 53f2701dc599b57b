import { existsSync, globSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { cruise } from 'dependency-cruiser'
import type { ICruiseResult, IConfiguration } from 'dependency-cruiser'

/** One import that a rule forbids, or one file that should not be there. */
export interface Violation {
  readonly rule: string
  readonly from: string
  readonly to: string
  /** What to do about it. */
  readonly advice: string
}

const folders = ['src', 'web']

/** The rules of this repository. */
export function readRules(): IConfiguration {
  return createRequire(import.meta.url)('../.dependency-cruiser.cjs')
}

/**
 * Holds every import under `root`/src and `root`/web against the rules.
 * A file that the tool did not read is a violation too: with a compiler that it cannot use, it reads nothing and
 * finds nothing wrong.
 *
 * @returns sorted by file
 */
export async function checkImports(root: string, rules: IConfiguration = readRules()): Promise<readonly Violation[]> {
  const { enhancedResolveOptions, ...options } = rules.options ?? {}
  const { output } = await cruise(
    folders.filter((folder) => existsSync(join(root, folder))),
    { ...options, baseDir: root, validate: true, ruleSet: { forbidden: rules.forbidden ?? [] } },
    enhancedResolveOptions,
  )
  if (typeof output === 'string') throw new TypeError('dependency-cruiser answered with text instead of data')

  return [...unreadFiles(root, output), ...brokenRules(output, rules)].toSorted((a, b) => compare(a.from, b.from))
}

function unreadFiles(root: string, result: ICruiseResult): readonly Violation[] {
  const read = new Set(result.modules.map((module) => module.source))
  return globSync(`{${folders.join()}}/**/*.{ts,tsx}`, { cwd: root })
    .filter((file) => !read.has(file))
    .map((file) => ({
      rule: 'every-file-is-read',
      from: file,
      to: file,
      advice: 'dependency-cruiser did not read it: keep TypeScript below 7, and leave nothing out in its options.',
    }))
}

function brokenRules(result: ICruiseResult, rules: IConfiguration): readonly Violation[] {
  const advice = new Map(rules.forbidden?.map((rule) => [rule.name, rule.comment]))
  return result.summary.violations.map((violation) => ({
    rule: violation.rule.name,
    from: violation.from,
    to: violation.cycle?.map((step) => step.name).join(' → ') ?? violation.to,
    advice: advice.get(violation.rule.name) ?? '',
  }))
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

if (import.meta.main) {
  const violations = await checkImports(process.cwd())
  for (const { rule, from, to, advice } of violations) {
    console.error(`${from}${to === from ? '' : ` → ${to}`}\n  ${rule}: ${advice}`)
  }
  process.exitCode = violations.length === 0 ? 0 : 1
}
