/** Work that is done at most once at a time for each key. */
export interface Queue {
  /**
   * Does the work as soon as its key is free and its lane (the key up to the first slash: `scan:<host>`,
   * `rollout:<target>`) has room. Lanes wait for nothing of each other's.
   * Work added while the same key waits is the same work: both callers get the one that waits.
   *
   * @returns settles with that work; a failure rejects for those who asked, and stops nothing else
   */
  add(key: string, work: () => Promise<void>): Promise<void>

  /** Takes no new work, drops what waits, and resolves when what runs has ended. */
  close(): Promise<void>
}
