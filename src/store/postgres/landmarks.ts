import { randomBytes } from 'node:crypto'
import type { Time } from '../rows/time.ts'

/** A point in the life of a database that a process of ours saw it pass. */
export interface Landmark {
  /** Counts up. */
  readonly count: number
  /** Tells it from one of the same count in a life that took another course. */
  readonly id: string
}

/** How many the database remembers: more than other machines pass, one hopes, before this one sees it again. */
const landmarksMax = 40

/** @param text as the database has them, newest first */
export function readLandmarks(text: string | null): readonly Landmark[] {
  return (text ?? '').split(' ').flatMap((each) => {
    const [, count, id] = /^(\d{1,15})\.([\w-]+)$/.exec(each) ?? []
    return count === undefined || id === undefined ? [] : [{ count: Number(count), id }]
  })
}

/** With one more, as the database is to have them. */
export const writeLandmarks = (next: Landmark, known: readonly Landmark[]): string =>
  [next, ...known]
    .slice(0, landmarksMax)
    .map(({ count, id }) => `${count}.${id}`)
    .join(' ')

/** The count of the next: beyond what either side has seen, so that it is no other's. */
export const nextCount = (known: readonly Landmark[], seen: Landmark | null): number =>
  Math.max(known[0]?.count ?? 0, seen?.count ?? 0) + 1

/**
 * With one more, as a database is to have them that another state was moved into: what was seen of it before that is
 * none of its past. Hours pass between two landmarks, so that milliseconds are beyond what anybody has counted to.
 */
export const beginAnew = (known: readonly Landmark[], at: Time): string =>
  writeLandmarks({ count: Math.max(nextCount(known, null), Date.parse(at)), id: newId() }, known)

/** No other's. */
export const newId = (): string => randomBytes(6).toString('base64url')

/**
 * Whether a database is certainly at an earlier time than the one that was seen, or on another course since then. One
 * that others have used for long does not remember what was seen, and then nobody can tell.
 */
export function isBehind(known: readonly Landmark[], seen: Landmark | null): boolean {
  if (seen === null) return false
  if ((known[0]?.count ?? 0) < seen.count) return true
  const same = known.find(({ count }) => count === seen.count)
  return same !== undefined && same.id !== seen.id
}
