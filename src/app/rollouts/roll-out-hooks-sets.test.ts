import { expect, test } from 'vitest'
import { startFakeClock } from '../../../test/fakes/clock.ts'
import { ended, newer } from '../../../test/fakes/decide-input.ts'
import { startFakeSet } from '../../../test/fakes/set-engine.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import { oldId, type Behaviour } from '../../../test/fakes/target.ts'
import { hookMoments, type Hook, type Hooks } from '../../rollout/hooks.ts'
import { planRollout } from '../../rollout/plan.ts'
import { rollOut } from './roll-out.ts'

const never = new AbortController().signal
const base = { user: null, instances: 'first', timeoutMs: 60_000, onFailure: 'continue', whenDown: 'skip' } as const
const inside: readonly Hook[] = [{ ...base, name: 'inside', place: 'inside', command: ['inside'] }]
const hooks: Hooks = { beforeRollout: inside, afterRollout: inside, beforeRollback: inside, afterRollback: inside }

test.each([
  ['forward', 'healthy', ['beforeRollout old', 'afterRollout new']],
  ['and back', 'unhealthy', ['beforeRollout old', 'beforeRollback new', 'afterRollback old']],
] as const)('a set that goes %s runs the hooks of what is rolled out, and none in its dependants', async (...given) => {
  const [, behaviour, expected] = given
  const { ran, outcome } = await rollOutSet(behaviour)

  expect(ran).toEqual(expected)
  expect(outcome).toBe(behaviour === 'healthy' ? 'succeeded' : 'rolled-back')
})

async function rollOutSet(behaviour: Behaviour) {
  const clock = startFakeClock()
  const options = { name: 'web', restart: 'always', behaviour, dependant: 'runs', running: [true, true] } as const
  const engine = startFakeSet({ ...options, isChain: true }, () => clock.now())
  const ran: string[] = []
  engine.target.runInside = async (instance, { environment }) => {
    const which = engine.instances.has(instance) ? (instance === oldId ? 'old' : 'new') : `dependant ${instance}`
    ran.push(`${environment['LONGSHORE_HOOK']} ${which}`)
    return { exitCode: 0, output: '' }
  }
  const { toImage: _, ...plan } = ended(null, newer, 0)
  const { dependants } = engine
  const images = { fromImage: 'sha256:old-image', tagBefore: 'sha256:old-image' }
  const rollout = planRollout({ ...plan, ...images, oldInstance: oldId, hooks, dependants })
  const deps = { target: engine.target, store: createMemoryStore(), clock, pullAuth: async () => null }
  const { outcome, hookResults } = await rollOut(deps, rollout, never)
  expect(hookResults.every((each) => hookMoments.includes(each.moment) && each.outcome === 'done')).toBe(true)
  return { ran, outcome }
}
