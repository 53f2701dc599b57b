import { afterEach, expect, test } from 'vitest'
import { digest, running } from '../../../test/fakes/decide-input.ts'
import { host, startListed } from '../../../test/fakes/listed.ts'
import { createEventChecks } from '../events/check-events.ts'
import { createEventTally } from '../events/event-tally.ts'
import { runService } from './run-service.ts'

const repository = { registry: host, repository: 'web' }
const old = { '1.4.1': running }
const better = { ...old, '1.4.2': digest('d') }

let end = async (): Promise<void> => {}
afterEach(() => end())

/** The service over a workload that chooses among all tags, and an event of its better one. */
async function start() {
  const listed = await startListed('semver:^1', old)
  const { app, queue, stop, clock, store } = listed
  const checks = createEventChecks({ ...app, tally: createEventTally() })
  const loops = [runService(app, queue, stop.signal), checks.run(stop.signal)]
  const hang = Promise.withResolvers<void>()
  end = async () => {
    hang.resolve()
    stop.abort()
    await Promise.all(loops)
  }
  await clock.pass(1_000)
  const pushed = async (tag: string, all: Readonly<Record<string, ReturnType<typeof digest>>>) => {
    listed.push(all)
    const receivedAt = new Date(clock.now()).toISOString()
    const news = { key: tag, ...repository, tag, digest: all[tag] ?? null, receivedAt }
    await store.receiveEvents([{ ...news, from: { source: 'registry', kind: 'pushed' } }])
    checks.take([news])
  }
  const fates = async () => (await store.eventTrail({ limit: 10 })).map(({ fate, found }) => [fate, found])
  return { ...listed, hang, pushed, fates, isDeciding: () => app.overview.isDeciding(repository) }
}

test('a tag that is being looked up since the list has it is not told of as unchosen', async () => {
  const { world, clock, store, hang, pushed, fates, isDeciding } = await start()
  expect(isDeciding()).toBe(false)
  world.hold.resolve = () => hang.promise

  await pushed('1.4.2', better)
  await clock.pass(30_000)
  expect((await store.listedTags(host, 'web')).map(({ tag }) => tag)).toContain('1.4.2')
  expect(isDeciding()).toBe(true)
  expect(await fates()).toEqual([['waiting', null]])
  hang.resolve()
  await clock.pass(5_000)

  expect(isDeciding()).toBe(false)
  expect(await fates()).toEqual([['changed', digest('d')]])
})

test('nor is one that comes while a rollout of its workload puts the choice off', async () => {
  const { world, clock, hang, pushed, fates, isDeciding } = await start()
  world.hold.observe = () => hang.promise
  await pushed('1.4.2', better)
  await clock.pass(5_000)
  expect(isDeciding()).toBe(true)

  await pushed('1.4.3', { ...better, '1.4.3': digest('e') })
  await clock.pass(120_000)
  expect(await fates()).toEqual([
    ['waiting', null],
    ['changed', digest('d')],
  ])
  world.hold.observe = async () => {}
  hang.resolve()
  await clock.pass(10_000)

  expect(await fates()).toEqual([
    ['changed', digest('e')],
    ['changed', digest('d')],
  ])
})

test('one that no policy chooses is told of as that once it was decided', async () => {
  const { clock, pushed, fates } = await start()

  await pushed('2.0.0', { ...old, '2.0.0': digest('e') })
  await clock.pass(5_000)

  expect(await fates()).toEqual([['unchosen', null]])
})
