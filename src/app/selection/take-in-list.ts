import type { KeptPush, ListDoubt, ListedTag, TagListObservation, Time } from '../../store/store.ts'

/** What the last lists said. */
export interface KnownList {
  readonly list: TagListObservation
  readonly listed: readonly ListedTag[]
}

/** How long a tag that went out of the list keeps the time at which it was first seen. */
const goneForMs = 7 * 86_400_000

/** A list that lacks so much of the one before is believed once that many looks found it so, over that time. */
const looksMin = 3
const doubtMs = 3_600_000

/**
 * Takes in a list that was read whole. One that is empty or lacks half of the last one or more is doubted: registries
 * that are being repaired or moved answer like that. The last good list then stays, and nothing is decided from it, until
 * more than half of it is back, three looks over an hour have found the same, or a person believes it. An empty one is never
 * believed: nothing could be decided from it either.
 *
 * @param pushed what was told of pushes; of the others that stays as it was
 * @returns `listed` only where it differs from what was known
 */
export function takeInList(
  { list: before, listed }: KnownList,
  found: readonly string[],
  pushed: ReadonlyMap<string, KeptPush>,
  at: Time,
): { readonly list: TagListObservation; readonly listed: readonly ListedTag[] | null } {
  const tags = new Set(found)
  if (before.seenAt !== null && lacksHalf(tags.size, before.count)) {
    const doubt = doubted(before.doubt, tags.size, at)
    if (!isBelievable(doubt)) return { list: { ...before, failure: null, doubt }, listed: null }
  }
  const list = { ...before, count: tags.size, seenAt: at, failure: null, doubt: null }
  const known = new Map(listed.map((each) => [each.tag, each]))
  const isSame =
    before.seenAt !== null &&
    tags.size === before.count &&
    found.every((tag) => isAsKnown(known.get(tag), pushed.get(tag)))
  return { list, listed: isSame ? null : merged(known, tags, pushed, at) }
}

const lacksHalf = (count: number, before: number): boolean => before > 0 && count * 2 <= before

const doubted = (before: ListDoubt | null, count: number, at: Time): ListDoubt => ({
  count,
  at,
  since: before?.since ?? at,
  looks: (before?.looks ?? 0) + 1,
  isBelieved: before?.isBelieved ?? false,
})

function isBelievable({ count, since, at, looks, isBelieved }: ListDoubt): boolean {
  if (count === 0) return false
  return isBelieved || (looks >= looksMin && Date.parse(at) - Date.parse(since) >= doubtMs)
}

const isAsKnown = (known: ListedTag | undefined, push: KeptPush | undefined): boolean =>
  known !== undefined &&
  known.goneSince === null &&
  (push === undefined || (known.push !== null && isSamePush(known.push, push)))

const isSamePush = (one: KeptPush, other: KeptPush): boolean =>
  one.at === other.at &&
  one.digest === other.digest &&
  one.confidence === other.confidence &&
  one.source === other.source

function merged(
  known: ReadonlyMap<string, ListedTag>,
  tags: ReadonlySet<string>,
  pushed: ReadonlyMap<string, KeptPush>,
  at: Time,
): readonly ListedTag[] {
  const present = [...tags].map((tag) => ({
    tag,
    firstSeenAt: known.get(tag)?.firstSeenAt ?? at,
    push: pushed.get(tag) ?? known.get(tag)?.push ?? null,
    goneSince: null,
  }))
  const gone = [...known.values()]
    .filter(({ tag }) => !tags.has(tag))
    .map((each) => ({ ...each, goneSince: each.goneSince ?? at }))
    .filter(({ goneSince }) => Date.parse(at) - Date.parse(goneSince) < goneForMs)
  return [...present, ...gone]
}
