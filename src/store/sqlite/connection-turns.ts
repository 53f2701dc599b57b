/** Turns on the one connection, in the order in which they were asked for. */
export interface ConnectionTurns {
  /** Resolves when it is the caller's turn, which lasts until `end`. */
  begin(): Promise<void>
  end(): void
}

/** Each end wakes the next alone: where it wakes all who wait, a thousand at once take a million steps. */
export function createConnectionTurns(): ConnectionTurns {
  const waiting: (() => void)[] = []
  let isTaken = false
  return {
    begin() {
      if (!isTaken) {
        isTaken = true
        return Promise.resolve()
      }
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.push(resolve)
      return promise
    },
    end() {
      const next = waiting.shift()
      if (next === undefined) isTaken = false
      else next()
    },
  }
}
