import { expect, test } from 'vitest'
import { startFollowed, workloadAt } from '../../../test/fakes/followed.ts'
import { newer, running } from '../../../test/fakes/decide-input.ts'
import { noHooks } from '../../rollout/hooks.ts'
import { runPass } from '../passes/run-pass.ts'

const hook = {
  name: 'dump',
  place: 'here',
  command: ['dump'],
  user: null,
  instances: 'first',
  timeoutMs: 1000,
  onFailure: 'stop',
  whenDown: 'skip',
} as const

test.each([
  ['is there', {}],
  ['is made because it is missing', { isAbsent: true, instance: '', imageId: '', repositoryDigests: [] }],
])('a workload that %s is planned with the hooks of its owner', async (_, change) => {
  const web = { ...workloadAt('registry.example.com', 'web', running), ...change }
  const followed = startFollowed([web])
  followed.world.tags.set('web', newer)
  const hooks = { ...noHooks, beforeRollout: [hook] }
  Object.assign(followed.app, { defaults: { ...followed.app.defaults, hooks } })

  const passed = runPass(followed.app, followed.queue, followed.stop.signal)
  await followed.clock.pass(60_000)
  await passed

  expect(await followed.store.rollouts(web.id, 1)).toMatchObject([{ hooks }])
})
