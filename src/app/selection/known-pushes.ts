import type { Digest } from '../../image/digest.ts'
import type { KeptPush, ListedTag, Time } from '../../store/store.ts'

/** How long a tag without a time is asked about again: registries come to know some later, and of others never. */
const newForMs = 3_600_000

/**
 * What earlier answers said of pushes, as far as it need not be asked for again: not of a tag that was seen to name
 * another digest since, that was gone, or that is new and has no time yet. What the first look found is not new.
 *
 * @param observations what tags were last seen to name
 */
export function knownPushes(
  listed: readonly ListedTag[],
  observations: readonly { readonly tag: string; readonly digest: Digest | null }[],
  at: Time,
): ReadonlyMap<string, KeptPush> {
  const seen = new Map(observations.map(({ tag, digest }) => [tag, digest]))
  const known = new Map<string, KeptPush>()
  const first = listed.reduce((least, { firstSeenAt }) => (firstSeenAt < least ? firstSeenAt : least), at)
  const isNew = (firstSeenAt: Time): boolean =>
    firstSeenAt > first && Date.parse(at) - Date.parse(firstSeenAt) < newForMs
  for (const { tag, push, goneSince, firstSeenAt } of listed) {
    if (push === null || goneSince !== null) continue
    if (push.at === null && isNew(firstSeenAt)) continue
    const digest = seen.get(tag) ?? null
    if (digest === null || push.digest === null || digest === push.digest) known.set(tag, push)
  }
  return known
}
