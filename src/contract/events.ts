import { z } from 'zod'

const reason = z.object({ code: z.string(), sentence: z.string() })
const time = z.string()

/** Which events are wanted; without anything the last 50. */
export const eventsQuestion = z.strictObject({
  /** Name of the source. */
  source: z.string().max(60).optional(),
  /** Received then or later. */
  since: z.iso.datetime().optional(),
  /** Only events with a greater id, */
  after: z.number().int().nonnegative().optional(),
  /** and these besides. */
  also: z.array(z.number().int()).max(500).optional(),
  limit: z.number().int().positive().max(5_000).default(50),
})

const ofWorkload = { workload: z.string(), at: time, reason }

const outcome = z.discriminatedUnion('kind', [
  z.object({
    ...ofWorkload,
    kind: z.literal('rollout'),
    rollout: z.string(),
    outcome: z.enum(['succeeded', 'rolled-back', 'failed', 'superseded', 'abandoned', 'needs-human']).nullable(),
    /** Null while it is under way. */
    endedAt: time.nullable(),
  }),
  z.object({
    ...ofWorkload,
    kind: z.enum(['held', 'waiting']),
    rollout: z.null(),
    outcome: z.null(),
    endedAt: z.null(),
  }),
])

/** One event, with what became of it. */
export const eventSchema = z.object({
  /** Grows with each. */
  id: z.number(),
  receivedAt: time,
  /** When it happened by its sender's clock, which may be wrong; null where that was not said. */
  occurredAt: time.nullable(),
  source: z.string(),
  kind: z.enum(['pushed', 'deleted', 'unreadable']),
  /** Null, as the repository, where nobody could read it. */
  registry: z.string().nullable(),
  repository: z.string().nullable(),
  tag: z.string().nullable(),
  /** What the tag was said to name. */
  digest: z.string().nullable(),
  fate: z.enum([
    ...(['waiting', 'repeated', 'unreadable', 'unfollowed', 'replaced'] as const),
    ...(['unchanged', 'changed', 'unseen', 'unchosen', 'failed', 'looked'] as const),
  ]),
  lookedAt: time.nullable(),
  looks: z.number(),
  endedAt: time.nullable(),
  /** What the tag names by the last good look. */
  found: z.string().nullable(),
  /** Why it could not be looked up. */
  reason: reason.nullable(),
  outcomes: z.array(outcome).readonly(),
  isOver: z.boolean(),
})

const sender = z.object({
  source: z.string().nullable(),
  told: z.number(),
  empty: z.number(),
  greeted: z.number(),
  unreadable: z.number(),
  refused: z.number(),
  lastAt: time.nullable(),
  lastRefusedAt: time.nullable(),
})

/** What `longshore events --output json` prints, and the control socket answers. */
export const eventsAnswer = z.object({
  /** Newest first. */
  events: z.array(eventSchema).readonly(),
  /** Requests since the service began, of the source that was asked for or of all; null where none listens. */
  heard: z.object({ since: time, senders: z.array(sender).readonly() }).nullable(),
  /** Of the newest event of all sources, 0 without any; only where those `after` one were asked for. */
  newestId: z.number().optional(),
})
