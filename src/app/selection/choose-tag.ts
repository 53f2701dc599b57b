import type { Digest } from '../../image/digest.ts'
import type { Platform } from '../../image/platform.ts'
import { createBudget } from '../../lib/budget.ts'
import { choosingMaxMs, rankingMs } from './costs.ts'
import type { Reason } from '../../rollout/facts.ts'
import type { Candidate, Policy, Selection, SelectionContext } from '../../policies/policy.ts'

/** What a tag was found to name. `gone` is the registry's word; `failed` says that it gave none. */
export type TagLook =
  | { readonly kind: 'found'; readonly known: Pick<Candidate, 'digest' | 'firstSeenAt' | 'hasMoved'> }
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly code: string; readonly sentence: string }

/** Where what is not known of a tag is looked up. */
export interface TagSources {
  /** @returns `isAsked`: whether that took a request, of which there are only so many */
  digest(tag: string): Promise<TagLook & { readonly isAsked: boolean }>
  /** Of the images under a digest. @throws what the registry answered instead */
  platforms(digest: Digest): Promise<{ readonly platforms: readonly Platform[]; readonly isAsked: boolean }>
}

/** A policy's answer once all has been looked up that it depends on. */
export interface TagChoice {
  readonly selection: Selection
  /** Why it cannot be relied on; null when it can. */
  readonly trouble: { readonly tag: string; readonly code: string; readonly sentence: string } | null
  /** Milliseconds of the processor that are left to explain it. */
  readonly leftMs: number
}

/** Why what was chosen cannot be relied on, in the words of the decision. */
export const tellTrouble = ({ tag, code, sentence }: NonNullable<TagChoice['trouble']>): Reason => ({
  code,
  sentence: `${tag} was to be looked up, but: ${sentence}`,
})

/** Tags that are looked up for one choice at most; each may take two requests. */
const looksMax = 20
/** Bounds what takes no request. */
const stepsMax = 200

export type ChoiceContext = Omit<SelectionContext, 'isSpent'>

/**
 * Selects, looks up what the answer depends on, and selects again, until nothing is missing: the digest of what is chosen,
 * platforms and ages of what might be better, and whether what was kept back for what it names still names that.
 * So a chosen tag always comes with a digest that was looked up.
 */
export async function chooseTag(
  policy: Policy,
  known: readonly Candidate[],
  context: ChoiceContext,
  sources: TagSources,
): Promise<TagChoice> {
  const candidates = new Map(known.map((each) => [each.tag, each]))
  const looked = new Set<string>()
  const budget = createBudget(choosingMaxMs)
  const select = () =>
    budget.spend((isSpent) => policy.select([...candidates.values()], { ...context, isSpent }), rankingMs)
  let selection = select()
  const asked = new Set<string>()
  for (let steps = 0; ; steps += 1) {
    const next = nextLook(selection, looked)
    const answer = (trouble: TagChoice['trouble']) => ({ selection, trouble, leftMs: budget.leftMs() })
    if (next === null) return answer(null)
    if ((asked.size >= looksMax && !asked.has(next.tag)) || steps >= stepsMax)
      return answer(isBestLater(policy, next, candidates) ? null : spent(next))
    const found = await look(next, candidates, sources)
    if (next.what === 'digest') looked.add(next.tag)
    if (found.isAsked) asked.add(next.tag)
    if ('code' in found) return answer({ tag: next.tag, code: found.code, sentence: found.sentence })
    if (found.isNew) selection = selection.knowing(next.tag, candidates.get(next.tag) ?? null) ?? select()
  }
}

type Wanted = NonNullable<Selection['missing']>

function nextLook({ missing, chosen, keptBack }: Selection, looked: ReadonlySet<string>): Wanted | null {
  // A source may know a digest and not since when: then nothing more can be found out.
  if (missing !== null && !(missing.what === 'digest' && looked.has(missing.tag))) return missing
  if (chosen !== null && !looked.has(chosen.tag)) return { tag: chosen.tag, what: 'digest' }
  const doubtful = keptBack().find(({ tag }) => !looked.has(tag))
  return doubtful === undefined ? null : { tag: doubtful.tag, what: 'digest' }
}

type Found =
  | { readonly isAsked: boolean; readonly isNew: boolean }
  | { readonly isAsked: boolean; readonly code: string; readonly sentence: string }

async function look({ tag, what }: Wanted, candidates: Map<string, Candidate>, sources: TagSources): Promise<Found> {
  const before = candidates.get(tag)
  if (before === undefined) return { isAsked: false, code: 'INTERNAL', sentence: `${tag} is no candidate` }
  if (what === 'platforms' && before.digest !== null) {
    const { platforms, isAsked } = await sources.platforms(before.digest)
    candidates.set(tag, { ...before, platforms })
    return { isAsked, isNew: true }
  }
  const found = await sources.digest(tag)
  if (found.kind === 'failed') return found
  if (found.kind === 'gone') return { isAsked: found.isAsked, isNew: candidates.delete(tag) }
  const { digest, firstSeenAt, hasMoved } = found.known
  const isSame = digest === before.digest && firstSeenAt === before.firstSeenAt && hasMoved === before.hasMoved
  if (!isSame) {
    const platforms = digest === before.digest ? before.platforms : null
    candidates.set(tag, { ...before, ...found.known, platforms })
  }
  return { isAsked: found.isAsked, isNew: !isSame }
}

/** A tag whose age only begins to count when it is looked up cannot be old enough now, whichever it is. */
const isBestLater = ({ spec }: Policy, { tag, what }: Wanted, candidates: ReadonlyMap<string, Candidate>): boolean =>
  what === 'digest' && (spec.minAgeMs ?? 0) > 0 && candidates.get(tag)?.firstSeenAt === null

const spent = ({ tag }: Wanted) => ({
  tag,
  code: 'LOOKS_SPENT',
  sentence: `more than ${looksMax} tags have to be looked up before one can be chosen, ${tag} next`,
})
