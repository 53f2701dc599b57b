/** Memory for bodies that are on their way: nobody has proven anything yet while a body comes in. */
export interface BodyRoom {
  /** @returns gives the room back, once however often it is called; null when there is none now */
  take(bytes: number): (() => void) | null
}

export function createBodyRoom(capacityBytes: number): BodyRoom {
  let freeBytes = capacityBytes
  return {
    take(bytes) {
      if (bytes > freeBytes) return null
      freeBytes -= bytes
      let isTaken = true
      return () => {
        if (isTaken) freeBytes += bytes
        isTaken = false
      }
    },
  }
}
