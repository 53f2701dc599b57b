/** Keys that are there as long as they were taken out less often than put in. */
export interface CountedKeys {
  add(key: string): void
  /** Nothing where it is not there. */
  delete(key: string): void
  has(key: string): boolean
  keys(): Iterable<string>
  /** Each counts once. */
  readonly size: number
}

/** None so far. */
export function createCountedKeys(): CountedKeys {
  const counts = new Map<string, number>()
  return {
    add: (key) => void counts.set(key, (counts.get(key) ?? 0) + 1),
    delete(key) {
      const left = (counts.get(key) ?? 0) - 1
      if (left > 0) counts.set(key, left)
      else counts.delete(key)
    },
    has: (key) => counts.has(key),
    keys: () => counts.keys(),
    get size() {
      return counts.size
    },
  }
}
