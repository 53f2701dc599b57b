import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { startFakeClock } from '../../../test/fakes/clock.ts'
import { Crash } from '../../../test/fakes/crashes.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import { oldId, startFakeEngine, type Behaviour } from '../../../test/fakes/target.ts'
import { search } from '../../../test/fakes/search.ts'
import { AppError } from '../../errors.ts'
import { parseDigest } from '../../image/digest.ts'
import { hookMoments, noHooks, type CommandEnd, type Hook, type HookMoment, type Hooks } from '../../rollout/hooks.ts'
import { takeUp } from '../../rollout/machine.ts'
import { planRollout } from '../../rollout/plan.ts'
import type { Order, Rollout } from '../../rollout/rollout.ts'
import { rollOut } from './roll-out.ts'

const never = new AbortController().signal
const well: CommandEnd = { exitCode: 0, output: 'saved\n' }
const ends = (exitCode: number | null, output = ''): CommandEnd => ({ exitCode, output })

const hook = (change: Partial<Hook> = {}): Hook => ({
  name: 'dump',
  place: 'here',
  command: ['dump'],
  user: null,
  instances: 'first',
  timeoutMs: 60_000,
  onFailure: 'stop',
  whenDown: 'skip',
  ...change,
})

type OnCommand = (moment: HookMoment, instance: string | null, stop: AbortSignal) => CommandEnd | Promise<CommandEnd>

/** A container, and what its hooks do; `events` has every effect and every hook in the order in which they happened. */
function startWorld(hooks: Partial<Hooks>, order: Order = 'stop-first', behaviour: Behaviour = 'healthy') {
  const clock = startFakeClock()
  const engine = startFakeEngine('web', 'unless-stopped', behaviour, () => clock.now())
  const store = createMemoryStore()
  const events: string[] = []
  const environments: Readonly<Record<string, string>>[] = []
  const world = { onCommand: (() => well) as OnCommand, onMoment: (_moment: string) => {}, stop: never }
  const command = (environment: Readonly<Record<string, string>>, instance: string | null, stop: AbortSignal) => {
    const moment = hookMoments.find((each) => each === environment['LONGSHORE_HOOK']) ?? 'beforeRollout'
    const running = [...engine.instances.values()].filter((each) => each.status === 'running').map(({ id }) => id)
    events.push(`${moment} ${instance ?? 'here'} (${running.length} run)`)
    environments.push(environment)
    return world.onCommand(moment, instance, stop)
  }
  engine.target.runInside = async (instance, { environment }, stop) => command(environment, instance, stop)
  const plan = planRollout({
    id: 'operation-1',
    workload: 'local/container/web',
    target: 'local',
    name: 'web',
    procedure: 'replace',
    oldInstance: oldId,
    scale: 1,
    image: 'localhost:5000/web:1',
    fromReference: 'localhost:5000/web:1',
    definition: null,
    dependants: [],
    follows: null,
    repository: 'localhost:5000/web',
    tag: '1',
    digest: parseDigest(`sha256:${'b'.repeat(64)}`),
    fromDigest: null,
    fromImage: 'sha256:old-image',
    tagBefore: 'sha256:old-image',
    order,
    gate: { stableMs: 10_000, minUptimeMs: 30_000, deadlineMs: 120_000, probe: null },
    restart: 'unless-stopped',
    keepOldMs: 0,
    keepImages: 1,
    hooks: { ...noHooks, ...hooks },
    policy: 'digest',
    createdAt: new Date(clock.now()).toISOString(),
  })
  const run = (rollout: Rollout = plan) =>
    rollOut(
      {
        target: engine.target,
        store,
        clock,
        pullAuth: async () => null,
        runHere: async ({ environment }, stop) => command(environment, null, stop),
        onJournal: ({ effect, phase }) => {
          if (phase === 'before' && effect !== null) events.push(effect)
          world.onMoment(`${effect ?? '-'} ${phase}`)
        },
      },
      rollout,
      world.stop,
    )
  /** As new processes would, after every crash. */
  const survive = async (): Promise<Rollout> => {
    let rollout = plan
    for (let lives = 0; lives < 60; lives += 1) {
      try {
        return await run(rollout)
      } catch (error) {
        if (!(error instanceof Crash)) throw error
        rollout = takeUp((await store.rollout(plan.id)) ?? plan)
      }
    }
    throw new Error('it never came to rest')
  }
  const serving = () => [...engine.instances.values()].filter((each) => each.status === 'running')
  return { world, engine, store, events, environments, run, survive, serving, plan }
}

const allMoments = (change: Partial<Hook> = {}): Hooks => ({
  beforeRollout: [hook(change)],
  afterRollout: [hook({ onFailure: 'continue', ...change })],
  beforeRollback: [hook({ onFailure: 'continue', ...change })],
  afterRollback: [hook({ onFailure: 'continue', ...change })],
})

const kept = (events: readonly string[], wanted: RegExp) => events.filter((each) => wanted.test(each))

describe.each(['stop-first', 'start-first'] as const)('%s', (order) => {
  test('hooks of a good rollout run once each, written down first, in what serves at that time', async () => {
    const { run, events, plan } = startWorld(allMoments({ place: 'inside' }), order)

    const rollout = await run()

    expect(rollout).toMatchObject({ outcome: 'succeeded' })
    expect(kept(events, /^(hook|before|after|create|stop-old|arm-new)/)).toEqual(
      expect.arrayContaining([
        'create',
        'hook-before-rollout',
        `beforeRollout ${plan.oldInstance} (1 run)`,
        'stop-old',
        'arm-new',
        'hook-after-rollout',
        expect.stringMatching(/^afterRollout new-operation-1\S* \(1 run\)$/),
      ]),
    )
    expect(events.indexOf('hook-before-rollout')).toBeGreaterThan(events.indexOf('create'))
    expect(events.indexOf('hook-before-rollout')).toBeLessThan(
      events.findIndex((each) => /disarm|start-new/.test(each)),
    )
    expect(rollout.hookResults.map(({ moment, outcome }) => [moment, outcome])).toEqual([
      ['beforeRollout', 'done'],
      ['afterRollout', 'done'],
    ])
  })

  test('hooks of a rollback run while the bad version is up, and once the old one serves', async () => {
    const { run, events, environments } = startWorld(allMoments(), order, 'unhealthy')

    const rollout = await run()

    expect(rollout).toMatchObject({ outcome: 'rolled-back', reason: { code: 'GATE_UNHEALTHY' } })
    const before = events.findIndex((each) => each.startsWith('beforeRollback'))
    const after = events.findIndex((each) => each.startsWith('afterRollback'))
    expect(before).toBeLessThan(events.indexOf('stop-new'))
    expect(after).toBeGreaterThan(events.indexOf('stop-new'))
    expect(events[after]).toContain('(1 run)')
    expect(environments.at(-1)).toMatchObject({ LONGSHORE_OUTCOME: 'rolled-back', LONGSHORE_REASON: 'GATE_UNHEALTHY' })
  })
})

test('a failing hook before a rollout gives it up before anything was touched, and blames no image', async () => {
  const { run, world, events, serving, store } = startWorld(allMoments())
  world.onCommand = () => ends(3, 'first\nno space left\n')

  const rollout = await run()

  expect(rollout).toMatchObject({
    outcome: 'failed',
    candidateAtFault: false,
    reason: {
      code: 'HOOK_FAILED',
      sentence: 'the hook dump before the rollout failed with exit code 3: no space left',
    },
  })
  expect(kept(events, /stop-old|disarm-old|start-new|Rollback/)).toEqual([])
  expect(serving()).toMatchObject([{ id: oldId, name: 'web' }])
  expect(await store.quarantine('local/container/web')).toEqual([])
  expect(await store.history({ limit: 5 })).toContainEqual(
    expect.objectContaining({ kind: 'hook', reason: expect.objectContaining({ code: 'HOOK_FAILED' }) }),
  )
})

test('exit code 75 before a rollout postpones it; after it, it is a failure like any other', async () => {
  const { run, world } = startWorld(allMoments())
  world.onCommand = () => ends(75, 'somebody watches a film')
  expect(await run()).toMatchObject({
    outcome: 'abandoned',
    candidateAtFault: false,
    reason: { code: 'HOOK_POSTPONED', sentence: expect.stringContaining('somebody watches a film') },
  })

  const later = startWorld(allMoments())
  later.world.onCommand = (moment) => ends(moment === 'afterRollout' ? 75 : 0)
  expect(await later.run()).toMatchObject({ outcome: 'succeeded', hookResults: [{}, { outcome: 'failed' }] })
})

test.each<[string, () => CommandEnd, string]>([
  ['takes too long', () => ends(null, 'half\n'), 'printed without end and was ended: half'],
  [
    'cannot be run',
    () => {
      throw new AppError('HOOK_INVALID', 'there is no program "dump" here')
    },
    'could not be run: there is no program "dump" here',
  ],
])('with `continue`, a hook before a rollout that %s is told and holds nothing up', async (_, onCommand, sentence) => {
  const { run, world } = startWorld({ beforeRollout: [hook({ onFailure: 'continue' }), hook({ name: 'second' })] })
  world.onCommand = (_moment, _instance) => onCommand()
  const first = world.onCommand
  let count = 0
  world.onCommand = (...args) => (count++ === 0 ? first(...args) : well)

  expect(await run()).toMatchObject({
    outcome: 'succeeded',
    hookResults: [
      { name: 'dump', sentence },
      { name: 'second', outcome: 'done' },
    ],
  })
})

test('a failing hook after a rollout is told with its end; with `rollback` it takes the digest back for good', async () => {
  const told = startWorld({ afterRollout: [hook({ onFailure: 'continue' })] })
  told.world.onCommand = () => ends(1)
  expect(await told.run()).toMatchObject({
    outcome: 'succeeded',
    reason: { sentence: expect.stringMatching(/; the hook dump after the rollout failed with exit code 1$/) },
  })

  const back = startWorld({ afterRollout: [hook({ onFailure: 'rollback' })] })
  back.world.onCommand = () => ends(1)
  expect(await back.run()).toMatchObject({ outcome: 'rolled-back', reason: { code: 'HOOK_FAILED' } })
  expect(back.serving()).toMatchObject([{ id: oldId, name: 'web', restart: 'unless-stopped' }])
  expect(await back.store.quarantine('local/container/web')).toHaveLength(1)
})

describe('a hook after a rollout that takes it back', () => {
  const smoke = { afterRollout: [hook({ name: 'smoke', onFailure: 'rollback' })] }
  /** Taken back, since nothing was proven, and to be tried again. */
  const unproven = { outcome: 'failed', candidateAtFault: false, hookResults: [{ outcome: 'unknown' }] }

  test.each(['CONFIG_UNSAFE', 'TARGET_FAILED', 'TARGET_FORBIDDEN'] as const)(
    'blames nobody where it cannot be run (%s)',
    async (code) => {
      const { run, world, events, serving, store } = startWorld(smoke)
      world.onCommand = () => {
        throw new AppError(code, 'not now')
      }

      expect(await run()).toMatchObject({
        ...unproven,
        reason: { code: 'HOOK_FAILED', sentence: 'the hook smoke after the rollout could not be run: not now' },
      })
      expect(kept(events, /^afterRollout here/)).toHaveLength(3)
      expect(serving()).toMatchObject([{ id: oldId, name: 'web', restart: 'unless-stopped' }])
      expect(await store.quarantine('local/container/web')).toEqual([])
      expect(await store.gateFailures()).toEqual([])
    },
  )

  test('is heard where it could only not be run at first', async () => {
    const { run, world } = startWorld(smoke)
    let tries = 0
    world.onCommand = () => {
      tries += 1
      if (tries < 3) throw new AppError('TARGET_FAILED', 'not now')
      return well
    }

    expect(await run()).toMatchObject({ outcome: 'succeeded', hookResults: [{ outcome: 'done' }] })
  })

  test('blames nobody where we were ended each time before it was', async () => {
    const { survive, world, serving, store } = startWorld(smoke)
    world.onMoment = (moment) => {
      if (moment === 'hook-after-rollout before') throw new Crash()
    }

    expect(await survive()).toMatchObject(unproven)
    expect(serving()).toMatchObject([{ id: oldId }])
    expect(await store.quarantine('local/container/web')).toEqual([])
  })

  test('blames the version where it takes too long', async () => {
    const { run, world } = startWorld(smoke)
    world.onCommand = () => ends(null)

    expect(await run()).toMatchObject({ outcome: 'rolled-back', candidateAtFault: true })
  })
})

test('while neither version runs, a hook before the rollback is left out unless its owner wants it first', async () => {
  const skips = startWorld({ beforeRollback: [hook()] }, 'stop-first', 'cannot-start')
  expect(await skips.run()).toMatchObject({ outcome: 'rolled-back', hookResults: [{ outcome: 'skipped' }] })
  expect(kept(skips.events, /^beforeRollback/)).toEqual([])

  const runs = startWorld({ beforeRollback: [hook({ whenDown: 'run' })] }, 'stop-first', 'cannot-start')
  expect(await runs.run()).toMatchObject({ outcome: 'rolled-back', hookResults: [{ outcome: 'done' }] })
  expect(runs.events.indexOf('beforeRollback here (0 run)')).toBeLessThan(runs.events.indexOf('start-old'))
})

test('a rollback runs no hook when nothing was taken into use', async () => {
  const { run, events } = startWorld({ beforeRollback: [hook()], afterRollback: [hook()] }, 'stop-first', 'pull-fails')

  expect(await run()).toMatchObject({ outcome: 'failed' })
  expect(kept(events, /Rollback/)).toEqual([])
})

test.each(hookMoments)(
  'asked to stop in the hook %s, the workload is left with a version that serves',
  async (moment) => {
    const bad = moment.endsWith('Rollback')
    const { run, world, serving } = startWorld({ [moment]: [hook()] }, 'stop-first', bad ? 'unhealthy' : 'healthy')
    const stop = new AbortController()
    world.stop = stop.signal
    world.onCommand = () => {
      stop.abort()
      throw new AppError('ABORTED', 'stopped while dump ran')
    }

    const rollout = await run()

    expect(serving()).toHaveLength(1)
    if (moment === 'beforeRollback') expect(serving()).toMatchObject([{ id: oldId }])
    else expect(rollout.hookResults).toEqual([])
  },
)

test('a hook that ends us each time is given up, and the rollout goes on', async () => {
  const { survive, world, events } = startWorld({ afterRollout: [hook({ onFailure: 'continue' })] })
  world.onCommand = () => {
    throw new Crash()
  }
  world.onMoment = (moment) => {
    if (moment === 'hook-after-rollout before') throw new Crash()
  }

  expect(await survive()).toMatchObject({ outcome: 'succeeded', hookResults: [{ outcome: 'unknown' }] })
  expect(kept(events, /^hook-after-rollout$/)).toHaveLength(3)
})

test('whatever hooks do and whenever we are killed: no hook runs in the gap, and a version serves in the end (I1)', async () => {
  const outcomes = fc.constantFrom<CommandEnd>(well, ends(1), ends(75), ends(null))
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom<Order>('stop-first', 'start-first'),
      fc.constantFrom<Behaviour>('healthy', 'unhealthy', 'exits', 'cannot-start', 'port-taken'),
      fc.constantFrom<Hook['place']>('here', 'inside'),
      fc.constantFrom<Hook['onFailure']>('stop', 'continue', 'rollback'),
      fc.array(outcomes, { maxLength: 4 }),
      fc.uniqueArray(fc.nat(80), { maxLength: 4 }),
      async (order, behaviour, place, onFailure, ended, crashes) => {
        const { survive, world, events, serving, store } = startWorld(
          allMoments({ place, onFailure }),
          order,
          behaviour,
        )
        let commands = 0
        let moments = 0
        world.onCommand = () => ended[commands++] ?? well
        world.onMoment = () => {
          if (crashes.includes(moments++)) throw new Crash()
        }

        const rollout = await survive()

        expect(rollout.stage).toBe('ended')
        expect(serving()).toHaveLength(1)
        expect(serving()).toMatchObject([{ name: 'web', restart: 'unless-stopped' }])
        // Hooks that ran by the default saw a version that serves.
        expect(kept(events, /\(0 run\)/)).toEqual([])
        const stop = events.indexOf('stop-old')
        const start = events.indexOf('start-new')
        if (order === 'stop-first' && stop !== -1 && start > stop) {
          expect(kept(events.slice(stop, start), /^(before|after|hook)/)).toEqual([])
        }
        // Each was durable first, and nothing postponed or stopped is quarantined.
        for (const [at, event] of events.entries()) {
          if (/^(before|after)Roll/.test(event)) expect(events[at - 1]).toMatch(/^hook-/)
        }
        const isFault = rollout.candidateAtFault
        expect(await store.quarantine('local/container/web')).toHaveLength(isFault ? 1 : 0)
      },
    ),
    search(300),
  )
})
