/** Runs work under one key strictly one after the other; other keys do not wait. */
export type Turns = <Result>(key: string, work: () => Promise<Result>) => Promise<Result>

/** Turns in the order of asking. What fails holds up nothing. */
export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>()
  return async (key, work) => {
    const before = last.get(key) ?? Promise.resolve()
    const mine = before.then(work, work)
    const ended = mine.catch(() => undefined)
    last.set(key, ended)
    try {
      return await mine
    } finally {
      if (last.get(key) === ended) last.delete(key)
    }
  }
}
