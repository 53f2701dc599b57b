import { z } from 'zod'
import { eventsAnswer, eventsQuestion } from './events.ts'

/** Where a running service listens for a person's words, within the folder of its state. */
export const controlSocket = (stateFolder: string): string => `${stateFolder}/control.sock`

/** Longest request that is read, in bytes: a word is a tag, a name and a sentence. */
export const requestMaxBytes = 16_384

const by = z.strictObject({
  actor: z.string().min(1).max(200),
  reason: z.string().max(2000).nullable(),
})
/** A workload's id, or a name that only one has. */
const workload = z.string().min(1).max(1000)
const image = z.string().min(1).max(1000)
const digest = z.string()
const reason = z.object({ code: z.string(), sentence: z.string() })

const answer = z.object({ sentence: z.string(), workload: z.string().nullable() })

const explanation = z.object({
  workload: z.string(),
  sentences: z.array(z.string()).readonly(),
  state: z.string(),
  reason,
  runs: z.object({ image: z.string(), digest: digest.nullable() }),
  wants: digest.nullable(),
  since: z.string(),
})

const workloadChoice = z.object({
  workload: z.string(),
  current: z.string(),
  decision: z.object({ state: z.string(), reason, tag: z.string().nullable(), digest: digest.nullable() }),
  choice: z.object({
    policy: z.string(),
    selected: z.object({ tag: z.string(), digest: digest.nullable() }).nullable(),
    code: z.string(),
    reason: z.string(),
    candidates: z.array(z.object({ tag: z.string(), verdict: z.string(), reason: z.string() })).readonly(),
    dropped: z.array(z.object({ stage: z.string(), count: z.number() })).readonly(),
  }),
})

const quarantine = z.object({
  workload: z.string(),
  digest,
  policy: z.string(),
  reason,
  since: z.string(),
})

const pause = z.object({
  workload: z.string().nullable(),
  until: z.string().nullable(),
  actor: z.string(),
  reason: z.string().nullable(),
  since: z.string(),
})

const rollout = z.object({
  id: z.string(),
  stage: z.enum(['forward', 'passed', 'back', 'kept', 'ended']),
  step: z.enum(['J0', 'J1', 'J2', 'J3', 'J4', 'J5', 'J6', 'J7', 'J8', 'R']),
  order: z.enum(['stop-first', 'start-first']),
  outcome: z.enum(['succeeded', 'rolled-back', 'failed', 'superseded', 'abandoned', 'needs-human']).nullable(),
  reason: reason.nullable(),
  fromDigest: digest.nullable(),
  digest,
  gapMs: z.number().nullable(),
  logTail: z.string().nullable(),
})

const state = z.enum(['current', 'outdated', 'held', 'unknown', 'rolling-out', 'ignored'])

const progress = z.object({
  workload: z.string(),
  saidAt: z.string().nullable(),
  decision: z.object({ state, reason, candidate: digest.nullable(), at: z.string() }).nullable(),
  rollout: rollout.nullable(),
})

/** What every refusal looks like; its status is that of the error table. */
export const refusalSchema = z.object({
  error: z.object({ code: z.string(), message: z.string(), hint: z.string() }),
})

const nothing = z.strictObject({})

/**
 * The requests of the control socket, one for each thing that a person can say or ask. `:workload` stands percent-encoded
 * in the path, since ids contain slashes. A GET has no body.
 */
export const controlRoutes = {
  pin: { method: 'PUT', path: '/v1/workloads/:workload/pin', body: z.strictObject({ by, tag: image }), answer },
  unpin: { method: 'POST', path: '/v1/workloads/:workload/unpin', body: z.strictObject({ by }), answer },
  pause: {
    method: 'POST',
    path: '/v1/pause',
    body: z.strictObject({ by, workload: workload.nullable(), forMs: z.number().int().positive().nullable() }),
    answer,
  },
  resume: {
    method: 'POST',
    path: '/v1/resume',
    body: z.strictObject({ by, workload: workload.nullable() }),
    answer,
  },
  release: {
    method: 'POST',
    path: '/v1/release',
    body: z.strictObject({ by, target: z.string().min(1).max(200).nullable() }),
    answer,
  },
  rollBack: {
    method: 'POST',
    path: '/v1/workloads/:workload/rollback',
    body: z.strictObject({ by, revision: image.nullable() }),
    answer,
  },
  deploy: {
    method: 'POST',
    path: '/v1/workloads/:workload/deploy',
    body: z.strictObject({ by, image: image.nullable() }),
    answer,
  },
  releaseQuarantine: {
    method: 'POST',
    path: '/v1/workloads/:workload/quarantine/release',
    body: z.strictObject({ by, digest: image.nullable() }),
    answer,
  },
  why: { method: 'GET', path: '/v1/workloads/:workload/why', body: nothing, answer: explanation },
  explain: { method: 'GET', path: '/v1/workloads/:workload/explain', body: nothing, answer: workloadChoice },
  progress: { method: 'GET', path: '/v1/workloads/:workload/rollout', body: nothing, answer: progress },
  quarantines: { method: 'GET', path: '/v1/quarantines', body: nothing, answer: z.array(quarantine).readonly() },
  events: { method: 'POST', path: '/v1/events', body: eventsQuestion, answer: eventsAnswer },
  pauses: { method: 'GET', path: '/v1/pauses', body: nothing, answer: z.array(pause).readonly() },
} as const

export type ControlRoute = (typeof controlRoutes)[keyof typeof controlRoutes]

/** What a request of a route says. */
export type BodyOf<Route extends ControlRoute> = z.infer<Route['body']>

/** What a route answers with. */
export type AnswerOf<Route extends ControlRoute> = z.infer<Route['answer']>
