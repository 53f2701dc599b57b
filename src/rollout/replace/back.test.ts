import { describe, expect, test } from 'vitest'
import { blankInstance } from '../../../test/fakes/instance-facts.ts'
import { parseDigest } from '../../image/digest.ts'
import { back } from './back.ts'
import type { InstanceFacts, ReplaceFacts } from '../facts.ts'
import { attempt, noteFailed } from '../machine.ts'
import { planRollout } from '../plan.ts'
import type { Rollout } from '../rollout.ts'

const old: InstanceFacts = {
  ...blankInstance,
  id: 'old',
  name: 'web',
  status: 'running',
  restart: 'always',
  image: 'sha256:old',
  startedAt: '2026-11-20T12:00:00Z',
}

const rollout = {
  ...planRollout({
    id: 'operation-1',
    workload: 'local/container/web',
    target: 'local',
    name: 'web',
    procedure: 'replace',
    oldInstance: 'old',
    scale: 1,
    image: 'web:1',
    fromReference: 'web:1',
    definition: null,
    repository: 'web',
    tag: '1',
    digest: parseDigest(`sha256:${'b'.repeat(64)}`),
    fromDigest: null,
    fromImage: 'sha256:old',
    tagBefore: 'sha256:old',
    order: 'start-first',
    gate: { stableMs: 1000, minUptimeMs: 1000, deadlineMs: 1000, probe: null },
    restart: 'always',
    policy: 'digest',
    keepOldMs: 0,
    keepImages: 1,
    createdAt: '2026-11-20T12:00:00Z',
  }),
  stage: 'back',
  toImage: 'sha256:new',
  attempted: ['pull', 'create'],
} as const

const sixCopies = Array.from({ length: 6 }, () => 'copy-old' as const)

const facts: ReplaceFacts = {
  old,
  new: null,
  candidateImage: 'sha256:new',
  tagImage: 'sha256:new',
  isTagShared: false,
  isProtected: true,
  nameHolder: 'old',
}

test('moves the tag back that was moved for the candidate', () => {
  expect(back(rollout, facts, 0)).toMatchObject({ kind: 'effect', effect: 'tag-back' })
})

test('leaves the tag where another workload runs the candidate under it', () => {
  expect(back(rollout, { ...facts, isTagShared: true }, 0)).toMatchObject({ rollout: { stage: 'ended' } })
})

test('leaves a tag that somebody moved elsewhere meanwhile', () => {
  expect(back(rollout, { ...facts, tagImage: 'sha256:third' }, 0)).toMatchObject({ rollout: { stage: 'ended' } })
})

test('the old version serves under the name that it was kept by when its own cannot be had', () => {
  const given = {
    ...rollout,
    attempted: ['create', 'stop-old', 'rename-old', ...Array.from({ length: 6 }, () => 'rename-old-back' as const)],
    lastFailure: { effect: 'rename-old-back', sentence: 'the name is taken' },
  } as const
  const kept: ReplaceFacts = {
    ...facts,
    old: { ...old, name: 'web.longshore-prev', status: 'exited' },
    nameHolder: null,
  }

  expect(back(given, kept, 0)).toMatchObject({ kind: 'effect', effect: 'start-old' })
  const tried = { ...given, attempted: [...given.attempted, ...Array.from({ length: 6 }, () => 'start-old' as const)] }
  expect(back(tried, kept, 0)).toMatchObject({
    rollout: { reason: { sentence: expect.stringContaining('docker start web.longshore-prev;') } },
  })
  const up = { ...kept, old: { ...old, name: 'web.longshore-prev' } }
  expect(back(given, up, 0)).toMatchObject({
    rollout: {
      outcome: 'needs-human',
      reason: {
        sentence: expect.stringContaining(
          'back as web.longshore-prev, since its name could not be had (the name is taken)',
        ),
      },
    },
  })
})

describe('what the old version was on', () => {
  const off = { ...facts, old: { ...old, connected: false }, tagImage: null }
  const touched = { ...rollout, attempted: ['create', 'stop-old'] } as const

  test('is given to it again, more than once', () => {
    const again = { ...touched, attempted: [...touched.attempted, 'connect-old'], failures: ['connect-old'] } as const

    expect(back(touched, off, 0)).toMatchObject({ effect: 'connect-old' })
    expect(back(again, off, 0)).toMatchObject({ effect: 'connect-old' })
  })

  test('is for a person to look at where it cannot be had', () => {
    const tries = ['connect-old', 'connect-old', 'connect-old'] as const
    const given: Rollout = {
      ...touched,
      outcome: 'rolled-back',
      attempted: [...touched.attempted, ...tries],
      failures: tries,
      lastFailure: { effect: 'connect-old', sentence: 'its network front is gone' },
    }

    const told = back(given, off, 0)
    const over = back(told.rollout, off, 0)

    expect(told.rollout).toMatchObject({
      stage: 'back',
      outcome: 'needs-human',
      reason: {
        code: 'TARGET_NETWORK_LOST',
        sentence: expect.stringContaining('all its networks: its network front is gone; once'),
      },
    })
    expect(over.rollout).toMatchObject({ stage: 'ended', outcome: 'needs-human' })
  })

  test('of a dependant is for a person to look at too', () => {
    const plan = {
      instance: 'app',
      name: 'app',
      image: 'a',
      restart: 'always',
      wasRunning: true,
      by: ['volumes'],
    } as const
    const app = { ...old, id: 'app', name: 'app', connected: false }
    const seen = { ...facts, dependants: [{ plan, old: app, new: null, isBehind: false, nameHolder: 'app' }] }

    expect(
      back({ ...touched, dependants: [plan], checkProgress: null, attempted: ['stop-old'] }, seen, 0),
    ).toMatchObject({
      rollout: {
        outcome: 'needs-human',
        reason: { code: 'TARGET_NETWORK_LOST', sentence: expect.stringContaining('app') },
      },
    })
  })
})

describe('dependants whose provider does not come back', () => {
  const app: InstanceFacts = { ...old, id: 'app', name: 'app.longshore-prev', status: 'exited', restart: 'no' }
  const plan = {
    instance: 'app',
    name: 'app',
    image: 'sha256:app',
    restart: 'always',
    wasRunning: true,
    by: ['volumes'],
  } as const
  const set = {
    ...rollout,
    dependants: [plan],
    attempted: ['pull', 'create', 'create-dependants', 'stop-dependants', 'stop-old', 'rename-dependants'],
  } as const
  const stopped = { ...old, name: 'web.longshore-prev', status: 'exited', restart: 'no' } as const
  const of = (each: InstanceFacts) => [{ plan, old: each, new: null, isBehind: false, nameHolder: null }]

  test.each<[string, Partial<ReplaceFacts>]>([
    ['a stranger has its name', { old: stopped, nameHolder: 'stranger' }],
    ['it was removed and a stranger has its name', { old: null, nameHolder: 'stranger' }],
    ['both versions were removed', { old: null, nameHolder: null }],
  ])('have their names and policies again and run where they can when %s', (_, change) => {
    const seen = { ...facts, tagImage: null, ...change }
    const effects: unknown[] = []
    const next = (before: Rollout, each: InstanceFacts): Rollout => {
      const step = back(before, { ...seen, dependants: of(each) }, 0)
      effects.push(step.kind === 'effect' ? step.effect : step.rollout.outcome)
      return step.kind === 'effect' ? attempt(step.rollout, step.step, step.effect) : step.rollout
    }

    const renamed = next(set, app)
    const armed = next(renamed, { ...app, name: 'app' })
    const killed = next(armed, { ...app, name: 'app', restart: 'always' })
    const started = next(killed, { ...app, name: 'app', restart: 'always' })
    // It lives in what is not there any more, and cannot run.
    next(noteFailed(started, 'start-old-dependants'), { ...app, name: 'app', restart: 'always' })

    const tries = ['start-old-dependants', 'start-old-dependants']
    expect(effects).toEqual(['rename-dependants-back', 'arm-old-dependants', ...tries, 'superseded'])
  })
})

describe('an old version that is gone', () => {
  const touched: Rollout = { ...rollout, attempted: ['create', 'stop-old', 'rename-old', 'rename-new', 'start-new'] }
  const fresh: InstanceFacts = { ...old, id: 'new', image: 'sha256:new', restart: 'no' }
  const alone: ReplaceFacts = { ...facts, old: null, new: fresh, nameHolder: 'new' }
  const copy: InstanceFacts = { ...old, id: 'copy', name: 'web.longshore-prev', status: 'created', startedAt: null }
  const follows = { how: 'recreate', provider: 'vpn', sentence: 'vpn is another by now', isLeftStopped: false } as const

  test('is made again before the new one is touched, which has its volumes', () => {
    expect(back(touched, alone, 0)).toMatchObject({ kind: 'effect', step: 'R', effect: 'copy-old' })
  })

  test.each<[string, Partial<Rollout>, Partial<ReplaceFacts>, string]>([
    ['a person removed both', {}, { new: null, nameHolder: null }, 'superseded'],
    ['another has its name', {}, { new: { ...fresh, status: 'exited' }, nameHolder: 'stranger' }, 'superseded'],
    ['it was not touched', { attempted: ['create', 'start-new'] }, { new: null }, 'superseded'],
    ['it only followed another', { follows }, {}, 'needs-human'],
    [
      'it cannot be made again',
      { failures: ['copy-old'], attempted: [...touched.attempted, ...sixCopies] },
      {},
      'needs-human',
    ],
  ])('is not made again where %s', (_, change, seen, outcome) => {
    let last: Rollout = { ...touched, ...change }
    for (let steps = 0; steps < 30 && last.stage !== 'ended'; steps++) {
      const step = back(last, { ...alone, tagImage: null, ...seen }, 0)
      if (step.kind === 'effect') expect(step.effect).not.toBe('copy-old')
      last = step.kind === 'effect' ? attempt(step.rollout, step.step, step.effect) : step.rollout
    }

    expect(last).toMatchObject({ stage: 'ended', outcome })
  })

  test.each<[string, Partial<InstanceFacts>, string]>([
    ['is on too few networks', { connected: false }, 'copy-old'],
    ['is of another image', { image: 'sha256:other' }, 'copy-old'],
    ['is whole', {}, 'stop-new'],
  ])('has a copy that %s, and that is completed before anything else', (_, change, effect) => {
    const made = { ...copy, ...change }

    expect(back(touched, { ...alone, old: made, copy: made }, 0)).toMatchObject({ kind: 'effect', effect })
  })
})
