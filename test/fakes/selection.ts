import type { Digest } from '../../src/image/digest.ts'
import { loadPolicy } from '../../src/wire-policies.ts'
import type { Candidate, Selection, SelectionContext } from '../../src/policies/policy.ts'

/** A candidate of which nothing but its tag is known, unless more is given. */
export const candidate = (tag: string, known: Partial<Candidate> = {}): Candidate => ({
  tag,
  digest: null,
  pushedAt: null,
  firstSeenAt: null,
  listedAt: null,
  platforms: null,
  hasMoved: false,
  ...known,
})

/** @param given tags alone, or with what is known of them */
export async function select(
  policy: unknown,
  current: string | null,
  given: readonly (string | Candidate)[],
  context: Partial<SelectionContext> = {},
): Promise<Selection> {
  const candidates = given.map((each) => (typeof each === 'string' ? candidate(each) : each))
  return (await loadPolicy(policy)).select(candidates, {
    current,
    platform: null,
    now: Date.parse('2026-11-20T12:00:00Z'),
    quarantined: new Set<Digest>(),
    list: 'whole',
    isSpent: () => false,
    ...context,
  })
}

/** The chosen tag. */
export async function chosen(...question: Parameters<typeof select>): Promise<string | null> {
  return (await select(...question)).chosen?.tag ?? null
}

/** What became of each tag. */
export async function verdictsOf(...question: Parameters<typeof select>): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries((await select(...question)).judge(() => false).map(({ tag, verdict }) => [tag, verdict]))
}
