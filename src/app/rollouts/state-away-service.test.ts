import { expect, test } from 'vitest'
import { startFakeClock } from '../../../test/fakes/clock.ts'
import { serviceFacts, serviceRollout } from '../../../test/fakes/service-facts.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import { AppError } from '../../errors.ts'
import type { EffectKind, ServiceFacts } from '../../rollout/rollout.ts'
import type { Target } from '../../targets/target.ts'
import { rollOut } from './roll-out.ts'

const gate = { stableMs: 10_000, minUptimeMs: 30_000, deadlineMs: 120_000, restartsMax: 2, probe: null }

interface Way {
  /** Seconds after the service was told, by which the state goes away and is back. */
  readonly from: number
  readonly until: number
  /** What the service shows so many seconds after it was told the candidate. */
  shows(seconds: number): Partial<ServiceFacts>
  /** Whether we are asked to stop with the verdict. */
  readonly stops?: boolean
}

/** Has a service rolled out while the state is away for a part of it. */
async function tellWhile({ from, until, shows, stops = false }: Way) {
  const clock = startFakeClock()
  const stop = new AbortController()
  const store = createMemoryStore()
  let [toldAt, judgedAt, revertedAt] = [Infinity, Infinity, Infinity]
  const seconds = (at = clock.elapsed()): number => (at - toldAt) / 1000
  const isAway = (): boolean => seconds() >= from && seconds() < until
  const away = new AppError('STATE_UNAVAILABLE', 'the state does not answer')
  const whenThere = <Answer>(ask: () => Promise<Answer>): Promise<Answer> => (isAway() ? Promise.reject(away) : ask())
  const whenTold = { told: 'after', update: 'updating', latestStart: null, running: 0, paceMs: 0 } as const
  const target: Pick<Target, 'observe' | 'apply' | 'capture' | 'readLogTail'> = {
    async observe() {
      if (toldAt === Infinity) return serviceFacts()
      if (revertedAt < Infinity) return serviceFacts({ update: 'returned' })
      return serviceFacts({ ...whenTold, ...shows(seconds()) })
    },
    async apply(_, effect: EffectKind) {
      if (effect === 'update-service') toldAt = Math.min(toldAt, clock.elapsed())
      if (effect === 'revert-service') revertedAt = clock.elapsed()
    },
    capture: async () => ({ spec: 'before' }),
    // Asked for with a verdict against it.
    async readLogTail() {
      judgedAt = Math.min(judgedAt, clock.elapsed())
      if (stops) stop.abort()
      return 'it printed'
    },
  }
  const deps = {
    target: target as Target, // a rollout of a service asks for nothing else
    store: {
      ...store,
      saveRollout: (...given: Parameters<typeof store.saveRollout>) => whenThere(() => store.saveRollout(...given)),
      snapshot: (id: string) => whenThere(() => store.snapshot(id)),
    },
    clock,
    pullAuth: async () => null,
  }
  const rollout = serviceRollout({ gate, toImage: null })
  let thrown: unknown = null
  const rested = await rollOut(deps, rollout, stop.signal).catch((error: unknown) => {
    thrown = error
    return null
  })
  return {
    rested,
    thrown,
    kept: await store.rollout(rollout.id),
    quarantines: await store.quarantines(),
    judgedAfter: seconds(judgedAt),
    after: seconds(),
  }
}

const pausedAt = (second: number) => (seconds: number) =>
  seconds < second
    ? { running: 1, latestStart: 'first' }
    : { running: 1, latestStart: 'first', update: 'paused' as const, failures: 3, hasRun: true, lastEnded: 'task' }

test.each([100, 280])(
  'a version that its Swarm gives up is judged though the state is away for %i s',
  async (until) => {
    const { rested, kept, quarantines, thrown, judgedAfter } = await tellWhile({ from: 0, until, shows: pausedAt(5) })

    expect(thrown).toBeNull()
    expect(judgedAfter).toBeLessThan(7)
    expect(rested).toMatchObject({ outcome: 'rolled-back', candidateAtFault: true, logTail: 'it printed' })
    expect(kept).toMatchObject({ stage: 'ended', outcome: 'rolled-back', candidateAtFault: true })
    expect(quarantines).toHaveLength(1)
  },
)

/** Four tasks, one after the other, each of which is pulled for four minutes. */
const slowly = (seconds: number): Partial<ServiceFacts> => {
  const running = Math.min(4, Math.floor(seconds / 240))
  const rest = { wanted: 4, running, latestStart: running === 0 ? null : `start ${running}` }
  return running === 4 ? { ...rest, update: 'completed' } : { ...rest, isStarting: true }
}

test.each([
  ['while its next instance is pulled for', 470, 515],
  ['from the start until late', 0, 900],
  ['at its verdict', 980, 1040],
])('a healthy update goes on when the state is away %s', async (_, from, until) => {
  const { rested, kept } = await tellWhile({ from, until, shows: slowly })

  expect(rested).toMatchObject({ stage: 'ended', outcome: 'succeeded' })
  expect(kept).toMatchObject({ stage: 'ended', outcome: 'succeeded', service: { running: 4 } })
})

test('a gate that its owner gave more time to has it for its proof as well', async () => {
  const shows = () => ({ running: 2, latestStart: 'first', update: 'completed', paceMs: 300_000 }) as const
  const { kept } = await tellWhile({ from: 5, until: 400, shows })

  expect(kept).toMatchObject({ outcome: 'succeeded' })
})

test('a way back that cannot read what it needs is left for later, and says that the state is away', async () => {
  const { rested, thrown, kept, after } = await tellWhile({ from: 0, until: 10_000, shows: pausedAt(5) })

  expect(rested).toBeNull()
  expect(thrown).toMatchObject({ code: 'STATE_UNAVAILABLE' })
  expect(after).toBeGreaterThanOrEqual(300)
  expect(kept).toMatchObject({ stage: 'forward' })
})

test('asked to stop meanwhile it does not wait for long, and gives nothing up', async () => {
  const { thrown, kept, after } = await tellWhile({ from: 0, until: 10_000, shows: pausedAt(5), stops: true })

  expect(thrown).toMatchObject({ code: 'STATE_UNAVAILABLE' })
  expect(after).toBeLessThan(15)
  expect(kept).toMatchObject({ stage: 'forward' })
})
