/** Memory for bodies that are on their way: nobody has proven anything yet while a body comes in. */
export interface BodyRoom {
  /**
   * Where there is none left, the body that has been on its way the longest is ended: who sends slowly or not at all
   * keeps nobody out.
   *
   * @param end called once at most, when the room is needed for another one
   * @returns null when there is not that much even so
   */
  take(bytes: number, end: () => void): TakenRoom | null
}

/** Room that one body has. */
export interface TakenRoom {
  /** The body is there as a whole: from now on it is kept until it is left. */
  keep(): void
  /** Gives the room back, once however often it is called. */
  leave(): void
}

export function createBodyRoom(capacityBytes: number): BodyRoom {
  let freeBytes = capacityBytes
  // Oldest first.
  const coming = new Set<{ readonly bytes: number; leave(): void; end(): void }>()
  return {
    take(bytes, end) {
      const endable = [...coming].reduce((sum, each) => sum + each.bytes, 0)
      if (bytes > freeBytes + endable) return null
      for (const oldest of coming) {
        if (bytes <= freeBytes) break
        oldest.leave()
        oldest.end()
      }
      freeBytes -= bytes
      let isTaken = true
      const leave = (): void => {
        if (isTaken) freeBytes += bytes
        isTaken = false
        coming.delete(taken)
      }
      const taken = { bytes, leave, end }
      coming.add(taken)
      return { leave, keep: () => void coming.delete(taken) }
    },
  }
}
