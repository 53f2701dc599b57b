import { AppError, isAbsent, toAppError } from '../../errors.ts'
import type { Digest } from '../../image/digest.ts'
import type { ImageReference } from '../../image/reference.ts'
import type { Candidate, Policy } from '../../policies/policy.ts'
import type { Registry, Repository } from '../../registries/registry.ts'
import { chooseTag, tellTrouble, type TagSources } from './choose-tag.ts'
import { toExplanation, type Explanation, type Question } from './explain-tags.ts'
import { readTags, tagTime } from './push-times.ts'

/**
 * What policies choose among the tags that a registry has now: as a workload would be decided, but without any memory, so
 * that ages count from the registry's push times alone.
 *
 * @throws REGISTRY_* by class of failure
 */
export async function explainImage(
  registry: Registry,
  { registry: host, repository: path }: ImageReference,
  policies: readonly Policy[],
  question: Omit<Question, 'candidates'>,
  signal: AbortSignal,
): Promise<readonly Explanation[]> {
  const repository = { registry: host, repository: path }
  const hasTimes = policies.some(({ spec }) => spec.order === 'newest' || spec.minAgeMs !== null)
  const { tags, pushes } = await readTags(registry, repository, hasTimes ? new Map() : null, signal)
  const candidates = tags.map((tag): Candidate => {
    const push = pushes.get(tag) ?? null
    const pushedAt = tagTime(push, null)
    // What was pushed then was not there before; of the tag, only its own push tells.
    const firstSeenAt = push?.confidence === 'exact' ? pushedAt : null
    return { tag, digest: null, pushedAt, firstSeenAt, listedAt: null, platforms: null, hasMoved: false }
  })
  const sources = sourcesOf(registry, repository, candidates, signal)
  const explanations: Explanation[] = []
  for (const policy of policies) {
    const context = { ...question, quarantined: new Set<Digest>(), list: 'whole' as const, keepsReasons: true }
    const choice = await chooseTag(policy, candidates, context, sources)
    const { trouble } = choice
    if (trouble !== null && trouble.code !== 'LOOKS_SPENT') throw toError(trouble)
    explanations.push(toExplanation(policy, choice, trouble && tellTrouble(trouble)))
  }
  return explanations
}

/** Of several policies, each tag is looked up once. */
function sourcesOf(
  registry: Registry,
  repository: Repository,
  candidates: readonly Candidate[],
  signal: AbortSignal,
): TagSources {
  const times = new Map(candidates.map(({ tag, firstSeenAt }) => [tag, firstSeenAt]))
  const digests = new Map<string, Promise<Digest | null>>()
  const resolve = async (tag: string): Promise<Digest | null> => {
    try {
      const found = await registry.resolve(repository, tag, null, signal)
      return found === 'unchanged' ? null : found.digest
    } catch (error) {
      if (isAbsent(toAppError(error).code)) return null
      throw error
    }
  }
  return {
    async digest(tag) {
      const known = digests.get(tag)
      const asked = known ?? resolve(tag)
      digests.set(tag, asked)
      const digest = await asked
      const isAsked = known === undefined
      if (digest === null) return { kind: 'gone', isAsked }
      return { kind: 'found', known: { digest, firstSeenAt: times.get(tag) ?? null, hasMoved: false }, isAsked }
    },
    async platforms(digest) {
      try {
        const { images } = await registry.describe(repository, digest, [], signal)
        return { platforms: images.map(({ platform }) => platform), isAsked: true }
      } catch (error) {
        // What is no image, such as a chart, is there for no platform.
        if (toAppError(error).code.startsWith('MANIFEST_')) return { platforms: [], isAsked: true }
        throw error
      }
    },
  }
}

const toError = ({ tag, sentence }: { readonly tag: string; readonly sentence: string }): AppError =>
  new AppError('REGISTRY_UNAVAILABLE', `${tag} could not be looked up: ${sentence}`)
