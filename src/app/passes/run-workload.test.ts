import { expect, test } from 'vitest'
import { digest } from '../../../test/fakes/decide-input.ts'
import { startFollowed, workloadAt } from '../../../test/fakes/followed.ts'
import { AppError } from '../../errors.ts'
import { runWorkload } from './run-workload.ts'

const web = workloadAt('registry.test', 'web', digest('1'))
const shop = workloadAt('registry.test', 'shop', digest('1'))

test('cares for the one workload alone, and tells the rollout that it led to', async () => {
  const { app, queue, world, stop } = startFollowed([web, shop])
  world.tags.set('web', digest('2')).set('shop', digest('2'))

  const end = await runWorkload(app, queue, web.id, stop.signal)

  expect(end.rollout).toMatchObject({ digest: digest('2'), outcome: 'superseded' })
  expect(world.asked.filter((each) => each.includes('shop'))).toEqual([])
  expect(await app.store.rollouts(shop.id, 1)).toEqual([])
})

test('tells the decision where nothing is to be rolled out', async () => {
  const { app, queue, world, stop } = startFollowed([web])
  world.tags.set('web', digest('1'))

  const end = await runWorkload(app, queue, web.id, stop.signal)

  expect(end).toMatchObject({ rollout: null, decision: { state: 'current' } })
})

test('does not take the rollout of an earlier day for its own', async () => {
  const { app, queue, world, stop } = startFollowed([web])
  world.tags.set('web', digest('2'))
  await runWorkload(app, queue, web.id, stop.signal)
  world.tags.set('web', digest('1'))
  world.clock.advance(1)

  const end = await runWorkload(app, queue, web.id, stop.signal)

  expect(end).toMatchObject({ rollout: null, decision: { state: 'current' } })
})

test('fails as the target does', async () => {
  const { app, queue, world, stop } = startFollowed([web])
  world.tags.set('web', digest('1'))
  await runWorkload(app, queue, web.id, stop.signal)
  const listWorkloads = () => Promise.reject(new AppError('TARGET_UNAVAILABLE', 'no engine listens'))
  const away = app.targets.map((each) => ({ ...each, listWorkloads }))

  await expect(runWorkload({ ...app, targets: away }, queue, web.id, stop.signal)).rejects.toMatchObject({
    code: 'TARGET_UNAVAILABLE',
  })
})

test('says that a workload is gone', async () => {
  const { app, queue, world, stop } = startFollowed([web])
  world.tags.set('web', digest('1'))
  await runWorkload(app, queue, web.id, stop.signal)
  world.workloads = []
  world.clock.advance(1)

  expect(await runWorkload(app, queue, web.id, stop.signal)).toMatchObject({
    rollout: null,
    decision: { state: 'ignored', reason: { code: 'GONE' } },
  })
  await expect(runWorkload(app, queue, web.id, stop.signal)).rejects.toMatchObject({ code: 'WORKLOAD_NOT_FOUND' })
})
