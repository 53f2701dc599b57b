import { describe, expect, test } from 'vitest'
import { decideInput, digest, observed, quarantined, row, running, workload } from '../../../test/fakes/decide-input.ts'
import { planRollout } from '../../rollout/plan.ts'
import type { InstanceFacts, ReplaceFacts, Rollout } from '../../rollout/rollout.ts'
import type { LeftAlone, Workload } from '../../targets/target.ts'
import { withoutOld } from '../rollouts/adopt-found.ts'
import { decide } from '../decisions/decide.ts'
import { standsAgainst } from '../decisions/lifted.ts'
import { mannerOf, tellManner } from './manner.ts'
import { withNote } from '../decisions/noted.ts'

const stopped: LeftAlone = { code: 'STOPPED', sentence: '', liftedBy: { setting: 'stopped', next: null } }
const partly: LeftAlone = { code: 'PARTLY', sentence: '', liftedBy: { setting: 'stopped', to: 'start', next: null } }
const removing: LeftAlone = { code: 'AUTO_REMOVE', sentence: '', liftedBy: { setting: 'autoRemove', next: stopped } }

test.each([
  [stopped, 'ignore', 'leave', 'STOPPED'],
  [stopped, 'update', 'leave', undefined],
  [stopped, 'start', 'leave', undefined],
  [partly, 'update', 'leave', 'PARTLY'],
  [partly, 'start', 'leave', undefined],
  [removing, 'update', 'leave', 'AUTO_REMOVE'],
  [removing, 'ignore', 'recreate', 'STOPPED'],
  [removing, 'update', 'recreate', undefined],
  [{ code: 'PAUSED', sentence: '' }, 'start', 'recreate', 'PAUSED'],
  [null, 'ignore', 'leave', undefined],
] as const)('%o under stopped: %s and autoRemove: %s', (leftAlone, ofStopped, autoRemove, code) => {
  expect(standsAgainst(leftAlone, { stopped: ofStopped, autoRemove, jobs: 'leave' })?.code).toBe(code)
})

test('a job stands against it unless it is to be started again', () => {
  const job: LeftAlone = { code: 'JOB', sentence: '', liftedBy: { setting: 'jobs', next: null } }

  expect(standsAgainst(job, { stopped: 'ignore', autoRemove: 'leave', jobs: 'leave' })).toBe(job)
  expect(standsAgainst(job, { stopped: 'ignore', autoRemove: 'leave', jobs: 'start' })).toBeNull()
})

const absent: Workload = {
  ...workload,
  instance: '',
  imageId: '',
  repositoryDigests: [],
  isRunning: false,
  isAbsent: true,
}

describe('the manner of a rollout', () => {
  const target = { procedure: 'replace' } as const
  const settings = { order: 'start-first', stopped: 'ignore' } as const

  test.each<[string, Workload, 'ignore' | 'update' | 'start', Partial<ReturnType<typeof mannerOf>>, string]>([
    ['runs', workload, 'start', { order: 'start-first', stopped: null, procedure: 'replace' }, 'start-first'],
    ['is absent', absent, 'start', { order: 'stop-first', stopped: null, procedure: 'create' }, 'it is made as ensure says'],
    ['is stopped', { ...workload, isRunning: false }, 'update', { order: 'stop-first', stopped: 'update' }, 'it does not run, and is left stopped'],
    ['is to be started', { ...workload, isRunning: false }, 'start', { stopped: 'start' }, 'it does not run, and is started then'],
    ['removes itself', { ...workload, removesItself: true }, 'start', { order: 'stop-first', removesItself: true, stopped: null }, 'stop-first, with a copy of it to go back to'],
    ['is a stopped service of Compose', { ...workload, kind: 'compose', isRunning: false }, 'start', { order: 'stop-first', stopped: 'start' }, 'it does not run, and is started then'],
    ['runs in part', { ...workload, kind: 'compose', scale: 3, running: 1 }, 'start', { order: 'start-first', stopped: 'start', ranBefore: 1 }, 'start-first; 1 of 3 instances ran, and all are started'],
    ['is of a Swarm', { ...workload, kind: 'swarm', isRunning: false }, 'start', { stopped: null }, 'start-first'],
  ])('of one that %s', (_, subject, ofStopped, expected, told) => {
    const manner = mannerOf(subject, { ...settings, stopped: ofStopped }, target)

    expect(manner).toMatchObject(expected)
    expect(tellManner({ ...planned('replace'), scale: subject.scale, ...manner })).toBe(told)
  }) // prettier-ignore
})

describe('one that does not exist', () => {
  const missing = { workload: absent, row: null }

  test('is due to be made', () => {
    expect(decide(decideInput(missing))).toMatchObject({
      isRolloutDue: true,
      reason: { code: 'ABSENT', sentence: 'it does not exist, and is to be made as ensure says' },
    })
  })

  test('is made again of what it ran before, without a second look', () => {
    const before = decideInput({ ...missing, row: row() }, running)

    expect(decide({ ...before, sightings: [], rollouts: [] })).toMatchObject({ isRolloutDue: true })
  })

  test.each([
    ['HELD', { hold: { reason: { code: 'HELD', sentence: '' }, since: '' } }],
    ['QUARANTINED', { quarantines: [quarantined(digest('b'))] }],
  ])('is kept back by %s', (code, change) => {
    expect(decide(decideInput({ ...missing, ...change }))).toMatchObject({ isRolloutDue: false, reason: { code } })
  })
})

test('one that does not run is current by what it was made from', () => {
  const idle = { ...workload, isRunning: false }

  expect(decide(decideInput({ workload: idle }, running)).reason.sentence).toBe(
    'it does not run, and was made from what the tag 1 names',
  )
  expect(decide(decideInput({ workload: idle })).reason.sentence).toBe(
    'the tag 1 names another digest than the one that it was made from',
  )
})

describe('an image that was built here', () => {
  const failure = (code: string) => ({
    observation: observed(running, {
      digest: null,
      seenAt: null,
      failure: { code, sentence: 'no', at: '2026-11-20T11:00:00Z', since: '2026-11-20T11:00:00Z', count: 3 },
    }),
  })
  const built = { ...workload, repositoryDigests: [] }

  test.each(['REGISTRY_NOT_FOUND', 'REGISTRY_UNAUTHORIZED', 'REGISTRY_FORBIDDEN'])('is held by %s', (code) => {
    expect(decide(decideInput({ workload: built, ...failure(code) }))).toMatchObject({
      state: 'held',
      reason: { code: 'BUILT_HERE_ONLY' },
    })
  })

  test.each([
    [built, 'REGISTRY_UNAVAILABLE'],
    [workload, 'REGISTRY_NOT_FOUND'],
    [absent, 'REGISTRY_NOT_FOUND'],
  ])('and no other makes an error unknown: %#', (subject, code) => {
    expect(decide(decideInput({ workload: subject, ...failure(code) }))).toMatchObject({
      state: 'unknown',
      reason: { code },
    })
  })
})

test('what its owner should know is said beside whatever is decided', () => {
  const decided = decide(decideInput({}, running))

  expect(withNote({}, decided)).toBe(decided)
  expect(withNote({ note: 'it is otherwise' }, decided).reason.sentence).toBe(
    `${decided.reason.sentence}; it is otherwise`,
  )
})

function planned(procedure: Rollout['procedure'], change: Partial<Rollout> = {}): Rollout {
  const plan = planRollout({
    id: 'r1',
    workload: workload.id,
    target: 'local',
    name: 'web',
    procedure,
    oldInstance: procedure === 'create' ? '' : 'old',
    scale: 1,
    image: 'web:1',
    fromReference: 'web:1',
    definition: null,
    repository: 'web',
    tag: '1',
    digest: digest('b'),
    fromDigest: null,
    fromImage: '',
    tagBefore: null,
    order: 'stop-first',
    gate: { stableMs: 0, minUptimeMs: 0, deadlineMs: 0, probe: null },
    restart: 'always',
    keepOldMs: 0,
    keepImages: 1,
    policy: 'digest',
    createdAt: '2026-11-20T12:00:00Z',
  })
  return { ...plan, ...change }
}

describe('what is found without our state, and without what it replaced', () => {
  const clock = { now: () => 0 }
  const fresh = (change: Partial<InstanceFacts>): ReplaceFacts =>
    // What is read here.
    ({
      old: null,
      new: { name: 'web', restart: 'no', startedAt: 'then', ...change },
      candidateImage: 'sha256:new',
    }) as ReplaceFacts

  test.each([
    ['was made, never started', 'create', {}, { startedAt: null }, { stage: 'back', outcome: 'abandoned' }],
    ['was made and armed', 'create', {}, { restart: 'always' }, { stage: 'ended', outcome: 'succeeded' }],
    ['was made and started', 'create', {}, {}, { stage: 'forward', attempted: ['pull', 'start-new'] }],
    ['replaced another', 'replace', {}, {}, { stage: 'ended', outcome: 'succeeded' }],
    ['removes itself and runs', 'replace', { removesItself: true }, {}, { stage: 'ended', outcome: 'succeeded' }],
    ['removes itself, never started', 'replace', { removesItself: true }, { startedAt: null, name: 'web.longshore-next' }, { stage: 'ended', outcome: 'needs-human' }],
  ] as const)('%s', (_, procedure, change, facts, expected) => {
    expect(withoutOld(planned(procedure, change), fresh(facts), clock)).toMatchObject(expected)
  }) // prettier-ignore
})
