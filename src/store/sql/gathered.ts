/** So many at a time: their statements are few, and each is built once. */
const mostAtOnce = 16

/**
 * Has those share one reading who ask before it begins, as `joined` does, each for a key of its own. What each gets was
 * read after it asked.
 *
 * @param read gives what finds a key in what was read; what that throws is for who asked for the key
 */
export function gathered<Key, Found>(
  read: (keys: readonly Key[]) => Promise<(key: Key) => Found>,
): (key: Key) => Promise<Found> {
  let waiting: Asked<Key, Found>[] = []
  const begin = (): void => {
    const asked = waiting
    waiting = []
    for (let at = 0; at < asked.length; at += mostAtOnce) void answer(asked.slice(at, at + mostAtOnce), read)
  }
  return (key) => {
    const { promise, resolve, reject } = Promise.withResolvers<Found>()
    if (waiting.push({ key, resolve, reject }) === 1) setImmediate(begin)
    return promise
  }
}

interface Asked<Key, Found> {
  readonly key: Key
  resolve(found: Found): void
  reject(error: unknown): void
}

async function answer<Key, Found>(
  asked: readonly Asked<Key, Found>[],
  read: (keys: readonly Key[]) => Promise<(key: Key) => Found>,
): Promise<void> {
  try {
    const find = await read(asked.map(({ key }) => key))
    for (const each of asked) attempt(each, find)
  } catch (error) {
    for (const { reject } of asked) reject(error)
  }
}

function attempt<Key, Found>({ key, resolve, reject }: Asked<Key, Found>, find: (key: Key) => Found): void {
  try {
    resolve(find(key))
  } catch (error) {
    reject(error)
  }
}
