import { toAppError } from '../../errors.ts'
import type { Registry, Repository, TagDetail, Urgency } from '../../registries/registry.ts'
import type { KeptPush } from '../../store/store.ts'

type Pushes = ReadonlyMap<string, KeptPush>

/**
 * All tags of a repository with the times of their pushes; in one reading where the list itself tells them.
 *
 * @param known what earlier answers said, for `readPushTimes`; null when times do not matter
 * @throws REGISTRY_* by class of failure of the list
 */
export async function readTags(
  registry: Registry,
  repository: Repository,
  known: Pushes | null,
  signal: AbortSignal,
  urgency?: Urgency,
): Promise<{ readonly tags: readonly string[]; readonly pushes: Pushes }> {
  if (known === null) return { tags: await registry.listTags(repository, signal, urgency), pushes: new Map() }
  if (registry.listDetails !== undefined) {
    const found = await registry.listDetails(repository, signal, urgency).catch(nullIfTooLarge)
    if (found !== null) return { tags: found.map(({ tag }) => tag), pushes: pushesOf(found) }
    return { tags: await registry.listTags(repository, signal, urgency), pushes: known }
  }
  const tags = await registry.listTags(repository, signal, urgency)
  return { tags, pushes: await readPushTimes(registry, repository, tags, known, signal, urgency) }
}

/**
 * When tags were pushed, by the registry's word; empty where this kind of registry does not tell. A failure is no more
 * than that: the order then goes by when we first saw a tag, which is later and never wrong.
 *
 * @param known what earlier answers said: those are not asked for again
 */
async function readPushTimes(
  registry: Registry,
  repository: Repository,
  tags: readonly string[],
  known: Pushes,
  signal: AbortSignal,
  urgency: Urgency | undefined,
): Promise<Pushes> {
  if (registry.describeTags === undefined) return new Map()
  try {
    const details = new Map([...known].map(([tag, push]) => [tag, toDetail(tag, push)]))
    const found = await registry.describeTags(repository, { tags, known: details }, signal, urgency)
    return pushesOf(found)
  } catch (error) {
    if (signal.aborted) throw error
    const { code } = toAppError(error)
    if (code.startsWith('REGISTRY_') || code === 'CREDENTIALS_INVALID') return known
    throw error
  }
}

/** With its times a list takes more than the names alone, which may still be as many as can be held. */
function nullIfTooLarge(error: unknown): null {
  if (toAppError(error).code === 'REGISTRY_TOO_LARGE') return null
  throw error
}

const pushesOf = (found: readonly TagDetail[]): Pushes =>
  new Map(found.map(({ tag, pushedAt: at, ...told }) => [tag, { at, ...told }]))

const toDetail = (tag: string, { at, digest, confidence, source = 'kept' }: KeptPush): TagDetail => ({
  tag,
  digest,
  pushedAt: at,
  source,
  confidence,
})

/**
 * When a tag was pushed, as far as the registry's word goes: its own push, or the first push of what it names, or its
 * making. The latter two say too little of a tag that came later than they say: it was put on something older.
 *
 * @param absentAt when the tag was last known not to be there; null for one that was there at the first look
 */
export function tagTime(push: KeptPush | null, absentAt: number | null): number | null {
  if (push === null || push.at === null || push.confidence === 'none') return null
  return push.confidence === 'exact' || absentAt === null || push.at > absentAt ? push.at : null
}
