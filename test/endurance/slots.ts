/** A number of places, each taken by a holder until it lets go. */
export interface Slots {
  /** Waits for a place. */
  take(holder: string): Promise<void>
  /** Lets go of the place, if the holder has one. */
  release(holder: string): void
}

export function createSlots(count: number): Slots {
  const holders = new Set<string>()
  const waiting: { readonly holder: string; readonly go: () => void }[] = []
  return {
    take(holder) {
      if (holders.size < count) {
        holders.add(holder)
        return Promise.resolve()
      }
      return new Promise((go) => waiting.push({ holder, go }))
    },
    release(holder) {
      if (!holders.delete(holder)) return
      const next = waiting.shift()
      if (next === undefined) return
      holders.add(next.holder)
      next.go()
    },
  }
}
