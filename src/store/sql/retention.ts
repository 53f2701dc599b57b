/**
 * What is kept, in numbers; docs/state.md tells them to people. Decisions, rollback and pruning read the last 50 rollouts
 * and sightings: nothing here may be less.
 */
export const retention = {
  /** Rollouts of a workload, with their journals, that have ended; besides its latest success, and those that need a person. */
  rollouts: 50,
  /** Of those that need a person. */
  rolloutsNeedingHuman: 5,
  /** Workloads that are gone for long whose latest success is kept: their containers may still be there. */
  goneSuccesses: 1_000,
  /** History of a workload, and that of everything. */
  history: 500,
  /** Of those, kept however old they are. */
  historyAlways: 50,
  /** Digests that a tag was seen to name, besides the one that it names now. */
  sightings: 100,
  /** Descriptions of a repository's images, besides those that workloads run or want. */
  descriptions: 50,
  /** Digests that failed on a workload. */
  quarantines: 100,
  /** History, descriptions; tags, lists and workloads that were not seen for that long. */
  ageMs: 365 * 86_400_000,
  /** Events that came in, with what became of them. */
  trail: 5_000,
  /** Keys of events by which one that comes again is known, and for how long. */
  eventKeys: 100_000,
  eventKeysMs: 7 * 86_400_000,
  /** Events that nobody could see to yet, and for how long. */
  pendingEvents: 100_000,
  pendingEventsMs: 30 * 86_400_000,
} as const
