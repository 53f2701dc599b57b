import { describe, expect, test } from 'vitest'
import { startFakeClock } from '../../../test/fakes/clock.ts'
import { ended, newer } from '../../../test/fakes/decide-input.ts'
import { createFakePauses } from '../../../test/fakes/registry-pauses.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import { oldId, startFakeEngine } from '../../../test/fakes/target.ts'
import { AppError, type ErrorCode } from '../../errors.ts'
import { planRollout } from '../../rollout/plan.ts'
import { waitLeftMs } from '../../rollout/registry-wait.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { Registry } from '../../registries/registry.ts'
import { rollOut } from './roll-out.ts'
import { registryOf } from './wait-for-registry.ts'

const host = 'registry.example.com'
const never = new AbortController().signal
const limited = (ms: number) =>
  new AppError('TARGET_PULL_FAILED', 'the registry asks to wait: toomanyrequests', { retryAfterMs: ms })

/**
 * A rollout whose engine is refused its first pulls for now, and a registry that answers our own questions as told: with
 * how long it is to be left alone still, or null for well.
 */
function startStage(
  refusals: readonly AppError[],
  answers: readonly (number | null)[] = [],
  code: ErrorCode = 'REGISTRY_RATE_LIMITED',
) {
  const clock = startFakeClock()
  const engine = startFakeEngine('web', 'always', 'healthy', () => clock.now())
  const store = createMemoryStore()
  const pauses = createFakePauses(clock)
  const asked: { readonly what: 'pull' | 'ask'; readonly atS: number }[] = []
  const note = (what: 'pull' | 'ask') => asked.push({ what, atS: Math.round(clock.elapsed() / 1000) })
  const { apply } = engine.target
  engine.target.apply = async (rollout, effect, context) => {
    if (effect === 'pull') {
      note('pull')
      const refusal = refusals[asked.filter(({ what }) => what === 'pull').length - 1]
      if (refusal?.retryAfterMs !== undefined) context.pullPace?.refused(refusal.retryAfterMs, 'everything')
      if (refusal !== undefined) throw refusal
    }
    return apply(rollout, effect, context)
  }
  const registryFor = () => {
    const resolve: Registry['resolve'] = async () => {
      note('ask')
      const ms = answers[asked.filter(({ what }) => what === 'ask').length - 1] ?? null
      if (ms === null) return 'unchanged'
      pauses.begin({ registry: host, repository: 'team/web' }, ms, 'everything')
      throw new AppError(code, 'wait', { retryAfterMs: ms })
    }
    return { resolve } as Registry // all that is asked of it
  }
  const { toImage: _, ...plan } = ended(null, newer, 0)
  const planned = planRollout({ ...plan, oldInstance: oldId, fromImage: 'sha256:old-image', restart: 'always' })
  const rollout = { ...planned, repository: `${host}/team/web` }
  const deps = {
    target: engine.target,
    store,
    clock,
    pullAuth: async () => null,
    registryOf: (each: Rollout) => registryOf({ registryFor, registryPauses: pauses }, each),
  }
  const drive = (each: Rollout) => rollOut(deps, each, never)
  /** Drives it, lets its wait pass, and drives it on, until it waits no more. */
  const driveOn = async (): Promise<Rollout> => {
    let last = await drive(rollout)
    for (let rounds = 0; rounds < 30 && waitLeftMs(last, clock.now()) > 0; rounds += 1) {
      clock.advance(waitLeftMs(last, clock.now()))
      last = await drive(last)
    }
    return last
  }
  return { clock, engine, store, pauses, asked, rollout, drive, driveOn }
}

describe('a rollout whose pull is refused for now', () => {
  test('waits as long as it was told, touches nothing, and goes on', async () => {
    const { engine, store, asked, rollout, drive, driveOn, clock } = startStage([limited(120_000)])

    const waiting = await drive(rollout)

    expect(waiting).toMatchObject({ stage: 'forward', step: 'J1', outcome: null })
    expect(waitLeftMs(waiting, clock.now())).toBe(120_000)
    expect(engine.instances.get(oldId)).toMatchObject({ status: 'running', name: 'web' })
    expect(await store.rollout(rollout.id)).toEqual(waiting)
    expect((await driveOn()).outcome).toBe('succeeded')
    expect(asked.map(({ what }) => what)).toEqual(['pull', 'ask', 'pull'])
    expect(asked.map(({ atS }) => atS)).toEqual([0, 120, 120])
  })

  test('is not asked for again while it waits, however often it is driven', async () => {
    const { asked, rollout, drive, clock } = startStage([limited(120_000)])

    let last = await drive(rollout)
    for (let round = 0; round < 11; round += 1) {
      clock.advance(10_000)
      last = await drive(last)
    }

    expect(asked).toHaveLength(1)
    expect(last.attempted).toEqual(['pull'])
  })

  test.each([
    ['is asked too often', 'REGISTRY_RATE_LIMITED'],
    ['is down', 'REGISTRY_UNAVAILABLE'],
  ] as const)('waits as much longer as the registry itself says then, which %s', async (_, code) => {
    const { driveOn, asked } = startStage([limited(120_000)], [600_000, null], code)

    expect((await driveOn()).outcome).toBe('succeeded')
    expect(asked.map(({ what, atS }) => `${what} ${atS}`)).toEqual(['pull 0', 'ask 120', 'ask 720', 'pull 720'])
  })

  test('fails once that has taken an hour, and asks for nothing more', async () => {
    const { driveOn, asked, clock } = startStage(Array.from({ length: 99 }, () => limited(600_000)))

    const last = await driveOn()

    expect(last).toMatchObject({ outcome: 'failed', candidateAtFault: false, reason: { code: 'TARGET_PULL_FAILED' } })
    expect(last.reason?.sentence).toBe(`${host} asked to be left alone for too long: 10 min more`)
    expect(clock.elapsed()).toBeLessThanOrEqual(3_600_000)
    expect(asked.filter(({ what }) => what === 'pull').length).toBeLessThan(8)
  })

  test('is given up when the registry refuses every pull after a moment, each moment longer', async () => {
    const { driveOn, asked } = startStage(Array.from({ length: 99 }, () => limited(1000)))

    expect((await driveOn()).outcome).toBe('failed')
    const pulls = asked.filter(({ what }) => what === 'pull').map(({ atS }) => atS)
    expect(pulls).toEqual([0, 1, 3, 7, 15, 31, 63, 127, 255])
  })
})

test('a pause that is known already is heeded before the first pull', async () => {
  const { pauses, asked, rollout, drive, driveOn } = startStage([])
  pauses.begin({ registry: host, repository: 'team/web' }, 90_000, 'everything')

  expect(await drive(rollout)).toMatchObject({ step: 'J1', attempted: [], registryWait: { refusals: 0 } })
  expect((await driveOn()).outcome).toBe('succeeded')
  expect(asked).toEqual([
    { what: 'ask', atS: 90 },
    { what: 'pull', atS: 90 },
  ])
})

test('a pause of another registry holds up nothing', async () => {
  const { pauses, drive, rollout } = startStage([])
  pauses.begin({ registry: 'other.example.com', repository: 'team/web' }, 90_000, 'everything')

  expect((await drive(rollout)).outcome).toBe('succeeded')
})

test('nothing of the wait is left once the image is there', async () => {
  expect(await startStage([limited(5000)]).driveOn()).not.toHaveProperty('registryWait')
})

test('what a person asks for meanwhile turns it back, without a word to the registry', async () => {
  const { engine, store, asked, rollout, drive, clock } = startStage([limited(120_000)])
  const waiting = await drive(rollout)
  clock.advance(10_000)
  const reason = { code: 'WITHDRAWN', sentence: 'ann asked for another' }

  const turned = await rollOut(
    { target: engine.target, store, clock, pullAuth: async () => null, withdrawn: async () => reason },
    waiting,
    never,
  )

  expect(turned).toMatchObject({ outcome: 'superseded', reason })
  expect(asked).toHaveLength(1)
})
