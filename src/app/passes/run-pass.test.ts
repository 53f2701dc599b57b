import { expect, test } from 'vitest'
import { newer, running } from '../../../test/fakes/decide-input.ts'
import { startFollowed, workloadAt } from '../../../test/fakes/followed.ts'
import { runPass } from './run-pass.ts'

test('what uses another is planned on what the rollout of that one made of it', async () => {
  const host = 'registry.example.com'
  const vpn = workloadAt(host, 'vpn', running)
  const app = { ...workloadAt(host, 'app', running), after: [vpn.id] }
  const followed = startFollowed([vpn, app], { rollout: 1 })
  const { world, store, clock } = followed
  for (const name of ['vpn', 'app']) world.tags.set(name, newer)
  world.hold.observe = async (workload) => {
    if (workload === vpn.id) world.workloads = [vpn, { ...app, instance: 'made-with-vpn' }]
  }

  const passed = runPass(followed.app, followed.queue, followed.stop.signal)
  await clock.pass(60_000)
  await passed

  expect(await store.rollouts(app.id, 9)).toMatchObject([{ oldInstance: 'made-with-vpn' }])
})
