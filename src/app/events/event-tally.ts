/** What became of the news that came in since somebody last asked. */
export interface EventTally {
  /** Kept, and new. */
  received: number
  /** Had come before. */
  repeated: number
  /** About repositories that no watched workload follows. */
  unfollowed: number
  /** Requests of known senders that nobody could read. */
  unreadable: number
  /** Requests without the right secret. */
  refused: number
}

export const createEventTally = (): EventTally => ({
  received: 0,
  repeated: 0,
  unfollowed: 0,
  unreadable: 0,
  refused: 0,
})

/** `3 received, 1 repeated`, beginning again at nothing; null when there was nothing. */
export function tellAndReset(tally: EventTally): string | null {
  const told = Object.entries(tally).filter(([, count]) => count > 0)
  Object.assign(tally, createEventTally())
  return told.length === 0 ? null : told.map(([what, count]) => `${count} ${what}`).join(', ')
}
