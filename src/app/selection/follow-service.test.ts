import { afterEach, expect, test } from 'vitest'
import { digest, running } from '../../../test/fakes/decide-input.ts'
import { host, startListed } from '../../../test/fakes/listed.ts'
import { runService } from '../passes/run-service.ts'

const old = { '1.4.0': digest('c'), '1.4.1': running }

let end = async (): Promise<void> => {}
afterEach(() => end())

/** A service that has looked once. */
async function serve(policy: string, labels: Readonly<Record<string, string>> = {}) {
  const listed = await startListed(policy, old, labels)
  const { app, queue, stop, world } = listed
  const service = runService(app, queue, stop.signal)
  end = async () => {
    stop.abort()
    await service
  }
  await world.clock.pass(1000)
  return listed
}

test('a better tag is found by the poll', async () => {
  const { store, web, world, push } = await serve('semver')
  push({ ...old, '1.4.2': digest('d') })
  await world.clock.pass(400_000)

  expect((await store.rollouts(web.id, 9)).at(-1)).toMatchObject({ tag: '1.4.2', digest: digest('d') })
})

test('a nudge finds it at once, whatever the tag', async () => {
  const { app, store, web, world, push } = await serve('semver')
  push({ ...old, '1.4.2': digest('d') })
  app.nudges.send({ kind: 'scan', repository: { registry: host, repository: 'web' }, at: world.clock.elapsed() })
  await world.clock.pass(5000)

  expect((await store.rollouts(web.id, 9)).at(-1)).toMatchObject({ tag: '1.4.2' })
  expect(app.overview.tagsFollowed({ registry: host, repository: 'web' })).toMatchObject({ isListed: true })
})

test('a tag is rolled out when it is old enough, without waiting for the poll that comes after', async () => {
  const { store, web, world, push } = await serve('semver', { 'longshore.min-age': '7m' })
  push({ ...old, '1.4.2': digest('d') })
  await world.clock.pass(300_000)
  const [seen] = await store.sightings(host, 'web', '1.4.2', 1)
  const dueAt = Date.parse(seen?.firstSeenAt ?? '') + 7 * 60_000

  await world.clock.pass(dueAt - world.clock.now() - 1000)
  expect(await store.rollouts(web.id, 9)).toEqual([])
  await world.clock.pass(5000)

  expect((await store.rollouts(web.id, 9)).at(-1)).toMatchObject({ tag: '1.4.2' })
})

test('a workload that comes to choose among tags has the list read at once', async () => {
  const { store, web, world, push } = await serve('digest')
  push({ ...old, '1.4.2': digest('d') })
  world.workloads = [{ ...web, labels: { ...web.labels, 'longshore.policy': 'semver' } }]
  world.ring()
  await world.clock.pass(5000)

  expect((await store.rollouts(web.id, 9)).at(-1)).toMatchObject({ tag: '1.4.2' })
})
