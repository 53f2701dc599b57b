import { expect, test } from 'vitest'
import { startFakeClock } from '../../../test/fakes/clock.ts'
import { ended, newer } from '../../../test/fakes/decide-input.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import { oldId, startFakeEngine } from '../../../test/fakes/target.ts'
import { AppError, type ErrorCode } from '../../errors.ts'
import { planRollout } from '../../rollout/plan.ts'
import { rollOut } from './roll-out.ts'

const never = new AbortController().signal

/** Rolls out where keeping what the way back needs fails so often, and tells what was done, in order. */
async function rollOutWhere(code: ErrorCode, failures: number) {
  const clock = startFakeClock()
  const engine = startFakeEngine('web', 'always', 'healthy', () => clock.now())
  const store = createMemoryStore()
  let tries = 0
  const done: string[] = []
  engine.target.capture = async () => {
    tries += 1
    if (tries <= failures) throw new AppError(code, 'not now')
    done.push('keep')
    return {}
  }
  const { apply } = engine.target
  engine.target.apply = (rollout, effect, context) => (done.push(effect), apply(rollout, effect, context))
  const { toImage: _, ...plan } = ended(null, newer, 0)
  const rollout = planRollout({ ...plan, oldInstance: oldId, fromImage: 'sha256:old-image', restart: 'always' })
  const rested = await rollOut({ target: engine.target, store, clock, pullAuth: async () => null }, rollout, never)
  return { rested, done, old: engine.instances.get(oldId) }
}

test.each([
  ['TARGET_UNAVAILABLE', 1],
  ['TARGET_FAILED', 2],
] as const)('what the way back needs is kept before anything is touched, also after %s', async (code, failures) => {
  const { rested, done } = await rollOutWhere(code, failures)

  expect(rested.outcome).toBe('succeeded')
  expect(done.filter((each) => each === 'keep')).toHaveLength(1)
  expect(done.indexOf('keep')).toBeLessThan(done.indexOf('create'))
})

test('nothing is touched where it cannot be kept', async () => {
  const { rested, old } = await rollOutWhere('TARGET_FORBIDDEN', 99)

  expect(rested).toMatchObject({ outcome: 'failed', candidateAtFault: false, reason: { code: 'TARGET_FORBIDDEN' } })
  expect(rested.attempted).not.toContain('create')
  expect(old).toMatchObject({ status: 'running', name: 'web', restart: 'always' })
})
