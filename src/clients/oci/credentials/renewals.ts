/** A new one is refused for another reason than the old: no rights, a clock that is off. */
const apartMs = 15 * 60_000

/**
 * Whether a credential that was made on request, and refused, is to be made again: at most once in a quarter of an hour,
 * since each try may be one more failed sign-in.
 */
export function createRenewals<Key>(clock: { elapsed(): number }): (key: Key) => boolean {
  const until = new Map<Key, number>()
  return (key) => {
    const now = clock.elapsed()
    if (now < (until.get(key) ?? -Infinity)) return false
    until.set(key, now + apartMs)
    return true
  }
}
