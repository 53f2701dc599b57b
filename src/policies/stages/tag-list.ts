import type { Candidate, Selection, SelectionContext } from '../policy.ts'

/** Why nothing can be told from a list of tags; null when it can. What is not known is never taken for "nothing newer". */
export function unbelievable(
  count: number,
  list: SelectionContext['list'],
): Pick<Selection, 'chosen' | 'code' | 'sentence'> | null {
  if (list === 'partial') return unknown('LIST_PARTIAL', 'not all of the list of tags could be read')
  if (count === 0) return unknown('LIST_EMPTY', 'the list of tags is empty')
  if (list === 'halved') return unknown('LIST_HALVED', 'half of the tags or more are gone since the last good look')
  return null
}

const unknown = (code: string, sentence: string) => ({ chosen: null, code, sentence })

/** One of each name, whichever the order of the list. */
export function withoutRepeats(candidates: readonly Candidate[]): readonly Candidate[] {
  if (areAscending(candidates)) return candidates
  const tags = new Set<string>()
  for (const { tag } of candidates) tags.add(tag)
  if (tags.size === candidates.length) return candidates
  const byTag = new Map<string, Candidate>()
  for (const each of candidates) {
    const other = byTag.get(each.tag)
    if (other === undefined || isFirst(each, other)) byTag.set(each.tag, each)
  }
  return [...byTag.values()]
}

/** As the state tells them: to see that takes far less than to tell repeats. */
function areAscending(candidates: readonly Candidate[]): boolean {
  let last = ''
  for (const { tag } of candidates) {
    if (tag <= last) return false
    last = tag
  }
  return true
}

/** Whichever, as long as the order of the list has no say. Of thousands of one name, most differ in nothing. */
function isFirst(one: Candidate, other: Candidate): boolean {
  for (const key of plainKeys) {
    if (one[key] === other[key]) continue
    const [a, b] = [String(one[key]), String(other[key])]
    if (a !== b) return a < b
  }
  return one.platforms !== other.platforms && JSON.stringify(one.platforms) < JSON.stringify(other.platforms)
}

const plainKeys = ['digest', 'pushedAt', 'firstSeenAt', 'listedAt', 'hasMoved'] as const
