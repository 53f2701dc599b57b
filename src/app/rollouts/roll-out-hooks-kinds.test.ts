import { describe, expect, test } from 'vitest'
import { startFakeClock } from '../../../test/fakes/clock.ts'
import { ended, newer } from '../../../test/fakes/decide-input.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import { oldId, startFakeEngine, type Beginning, type Behaviour } from '../../../test/fakes/target.ts'
import { hookMoments, type Hook, type Hooks } from '../../rollout/hooks.ts'
import { planRollout } from '../../rollout/plan.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { rollOut } from './roll-out.ts'

const never = new AbortController().signal

const hook = (name: string, place: Hook['place'], change: Partial<Hook> = {}): Hook => ({
  name,
  place,
  command: [name],
  user: null,
  instances: 'first',
  timeoutMs: 60_000,
  onFailure: 'continue',
  whenDown: 'skip',
  ...change,
})

const both = [hook('beside', 'here'), hook('inside', 'inside')]
const hooks: Hooks = { beforeRollout: both, afterRollout: both, beforeRollback: both, afterRollback: both }

/** Rolls out a workload of a kind with every hook; `ran` has those that were started. */
async function rollOutKind(
  beginning: Beginning,
  behaviour: Behaviour,
  change: Partial<Rollout>,
  failing: string | null = null,
) {
  const clock = startFakeClock()
  const engine = startFakeEngine(
    'web',
    beginning === 'itself' ? 'no' : 'unless-stopped',
    behaviour,
    () => clock.now(),
    beginning,
  )
  const store = createMemoryStore()
  const ran: string[] = []
  const onCommand = (environment: Readonly<Record<string, string>>, where: string) => {
    const called = `${environment['LONGSHORE_HOOK']} ${where}`
    ran.push(called)
    return { exitCode: called === failing ? 1 : 0, output: '' }
  }
  engine.target.runInside = async (_instance, { environment }) => onCommand(environment, 'inside')
  const { toImage: _, ...plan } = ended(null, newer, 0)
  const rollout = {
    ...planRollout({ ...plan, oldInstance: oldId, fromImage: 'sha256:old-image', restart: 'unless-stopped', hooks }),
    tagBefore: 'sha256:old-image',
    ...change,
  }
  const rested = await rollOut(
    {
      target: engine.target,
      store,
      clock,
      pullAuth: async () => null,
      runHere: async ({ environment }) => onCommand(environment, 'beside'),
    },
    rollout,
    never,
  )
  const results = hookMoments.map((moment) =>
    rested.hookResults.filter((each) => each.moment === moment).map(({ name, outcome }) => `${name} ${outcome}`),
  )
  return { rested, ran, results, instances: [...engine.instances.values()] }
}

const done = ['beside done', 'inside done']
const leftOut = ['beside done', 'inside skipped']
const absent = { procedure: 'create', oldInstance: '', fromImage: '', tagBefore: null, fromDigest: null } as const

describe('hooks of a workload that is made because it is missing', () => {
  test('run before it beside us only, and after it in it', async () => {
    const { rested, results } = await rollOutKind('absent', 'healthy', absent)

    expect(rested.outcome).toBe('succeeded')
    expect(results).toEqual([leftOut, done, [], []])
  })

  test('run before it goes again, and not after: nothing serves then', async () => {
    const { rested, results, instances } = await rollOutKind('absent', 'unhealthy', absent)

    expect(rested.outcome).toBe('rolled-back')
    expect(results).toEqual([leftOut, [], done, []])
    expect(instances).toEqual([])
  })

  test('take it away again where one that failed afterwards asks for that', async () => {
    const afterRollout = [hook('beside', 'here', { onFailure: 'rollback' })]
    const change = { ...absent, hooks: { ...hooks, afterRollout } }

    const { rested, instances } = await rollOutKind('absent', 'healthy', change, 'afterRollout beside')

    expect(rested).toMatchObject({ outcome: 'rolled-back', candidateAtFault: true })
    expect(instances).toEqual([])
  })
})

describe('hooks of a workload that does not run', () => {
  test('run beside us only, and it is left stopped', async () => {
    const { rested, results, instances } = await rollOutKind('exited', 'healthy', { stopped: 'update' })

    expect(rested.outcome).toBe('succeeded')
    expect(results).toEqual([leftOut, leftOut, [], []])
    expect(instances.filter(({ status }) => status === 'running')).toEqual([])
  })

  test('that is started run in it afterwards', async () => {
    const { results } = await rollOutKind('exited', 'healthy', { stopped: 'start' })

    expect(results).toEqual([leftOut, done, [], []])
  })
})

describe('hooks of a workload that removes itself', () => {
  test('run around its replacement', async () => {
    const { rested, results } = await rollOutKind('itself', 'healthy', { removesItself: true, restart: 'no' })

    expect(rested.outcome).toBe('succeeded')
    expect(results).toEqual([done, done, [], []])
  })

  test('run around its way back, in what was made of the old one again', async () => {
    const { rested, results } = await rollOutKind('itself', 'unhealthy', { removesItself: true, restart: 'no' })

    expect(rested.outcome).toBe('rolled-back')
    expect(results).toEqual([done, [], done, done])
  })
})
