import { toAppError } from '../errors.ts'
import { loadPolicy } from '../wire-policies.ts'
import { withoutSubject } from './policy-schema.ts'
import type { Path } from './problem.ts'
import type { ParsedConfig } from './schema.ts'

/** Builds every policy that is written, which reads its range, layout and patterns. @returns what is wrong, and where */
export async function checkPolicies({
  defaults,
  workloads,
}: Pick<ParsedConfig, 'defaults' | 'workloads'>): Promise<
  readonly { readonly path: Path; readonly sentence: string }[]
> {
  const written: readonly { readonly path: Path; readonly text: string }[] = [
    { path: ['defaults', 'policy'], text: defaults.policy },
    ...workloads.flatMap(({ policy: text }, index) =>
      text === undefined ? [] : [{ path: ['workloads', index, 'policy'], text }],
    ),
  ]
  const wrong = new Map<string, string | null>()
  for (const text of new Set(written.map((each) => each.text))) wrong.set(text, await whyWrong(text))
  return written.flatMap(({ path, text }) => {
    const sentence = wrong.get(text) ?? null
    return sentence === null ? [] : [{ path, sentence }]
  })
}

async function whyWrong(text: string): Promise<string | null> {
  try {
    await loadPolicy(text)
    return null
  } catch (error) {
    return withoutSubject(toAppError(error).message)
  }
}
