import { expect, test } from 'vitest'
import { createLanes } from './lane.ts'

const never = new AbortController().signal

function setUp(concurrency = 2) {
  const timing = { time: 0, now: () => timing.time }
  const lanes = createLanes(timing, () => concurrency)
  let running = 0
  let most = 0
  const task = async (): Promise<void> => {
    running += 1
    most = Math.max(most, running)
    await Promise.resolve()
    running -= 1
  }
  const run = (signal = never) => lanes.run('r.example', 'r.example/a:1', signal, task)
  return { timing, lanes, run, most: () => most }
}

test('lets no more tasks through than it may, also in the second round', async () => {
  const { run, most } = setUp()

  await Promise.all(Array.from({ length: 50 }, () => run()))
  await Promise.all(Array.from({ length: 50 }, () => run()))

  expect(most()).toBe(2)
})

test('refuses at once while the host is paused, saying for how long', async () => {
  const { timing, lanes, run } = setUp()
  lanes.pause('r.example', 60_000)
  timing.time = 20_000

  await expect(run()).rejects.toMatchObject({ code: 'REGISTRY_RATE_LIMITED', retryAfterMs: 40_000 })
  timing.time = 60_000
  await expect(run()).resolves.toBeUndefined()
})

test('a shorter pause does not cut a longer one short', async () => {
  const { lanes, run } = setUp()
  lanes.pause('r.example', 60_000)
  lanes.pause('r.example', 1000)

  await expect(run()).rejects.toMatchObject({ retryAfterMs: 60_000 })
})

test('refuses what already waits when the pause begins', async () => {
  const { lanes } = setUp(1)
  const first = Promise.withResolvers<void>()
  const running = lanes.run('r.example', 'a', never, () => first.promise)
  const waiting = lanes.run('r.example', 'b', never, async () => {})

  lanes.pause('r.example', 1000)
  first.resolve()

  await running
  await expect(waiting).rejects.toMatchObject({ code: 'REGISTRY_RATE_LIMITED' })
})

test('whoever gives up in the queue takes no turn', async () => {
  const { lanes, run } = setUp(1)
  const first = Promise.withResolvers<void>()
  const running = lanes.run('r.example', 'a', never, () => first.promise)
  const giveUp = new AbortController()
  const waiting = run(giveUp.signal)

  giveUp.abort()

  await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' })
  first.resolve()
  await running
  await expect(run()).resolves.toBeUndefined()
})
