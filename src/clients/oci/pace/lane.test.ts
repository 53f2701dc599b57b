import { expect, test } from 'vitest'
import { createFakeTiming } from '../../../../test/fakes/oci-client.ts'
import type { AppError } from '../../../errors.ts'
import { asSignIns, createLanes } from './lane.ts'
import type { Urgency } from './urgency.ts'

const never = new AbortController().signal
const wanted = { subject: 'r.example/a:1', urgency: 'wanted' } as const

function setUp(concurrency = 2, requestsPerSecond: number | null = null) {
  const timing = createFakeTiming()
  const lanes = createLanes(timing, () => ({ concurrency, requestsPerSecond }))
  let running = 0
  let most = 0
  const task = async (): Promise<void> => {
    running += 1
    most = Math.max(most, running)
    await Promise.resolve()
    running -= 1
  }
  const run = (signal = never) => lanes.run('r.example', wanted, signal, task)
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
  timing.advance(20_000)

  await expect(run()).rejects.toMatchObject({ code: 'REGISTRY_RATE_LIMITED', retryAfterMs: 40_000 })
  timing.advance(40_000)
  await expect(run()).resolves.toBeUndefined()
})

test('is asked again a little later than it wants, each time by another time, and never earlier', async () => {
  const { timing, lanes } = setUp()

  timing.draw(0.5)
  lanes.pause('r.example', 60_000)

  expect(lanes.pausedForMs('r.example')).toBe(63_000)
})

test('a shorter pause does not cut a longer one short', async () => {
  const { lanes, run } = setUp()
  lanes.pause('r.example', 60_000)
  lanes.pause('r.example', 1000)

  await expect(run()).rejects.toMatchObject({ retryAfterMs: 60_000 })
})

test('says what the host answered that asked for the longest pause', async () => {
  const { timing, lanes, run } = setUp()
  const why = () => run().catch(({ code, message }: AppError) => `${code} ${message}`)

  lanes.pause('r.example', 60_000, 503)
  lanes.pause('r.example', 1000)
  expect(await why()).toMatch(/^REGISTRY_UNAVAILABLE .* answered 503 and asked for a pause, 60 s are left$/)
  lanes.pause('r.example', 90_000)
  expect(await why()).toMatch(/^REGISTRY_RATE_LIMITED .* asked for a pause, 90 s are left$/)
  timing.advance(90_000)
  lanes.pause('r.example', 1000, 500)
  expect(await why()).toContain('answered 500')
})

test('refuses what already waits when the pause begins', async () => {
  const { lanes } = setUp(1)
  const first = Promise.withResolvers<void>()
  const running = lanes.run('r.example', wanted, never, () => first.promise)
  const waiting = lanes.run('r.example', wanted, never, async () => {})

  lanes.pause('r.example', 1000)
  first.resolve()

  await running
  await expect(waiting).rejects.toMatchObject({ code: 'REGISTRY_RATE_LIMITED' })
})

test('whoever gives up in the queue takes no turn', async () => {
  const { lanes, run } = setUp(1)
  const first = Promise.withResolvers<void>()
  const running = lanes.run('r.example', wanted, never, () => first.promise)
  const giveUp = new AbortController()
  const waiting = run(giveUp.signal)

  giveUp.abort()

  await expect(waiting).rejects.toMatchObject({ code: 'ABORTED' })
  first.resolve()
  await running
  await expect(run()).resolves.toBeUndefined()
})

test('lets no more through than the host is to be asked in a second, and as many at once', async () => {
  const { lanes, timing } = setUp(16, 5)
  const startedAt: number[] = []
  const note = async (): Promise<void> => void startedAt.push(timing.now())

  await Promise.all(Array.from({ length: 15 }, () => lanes.run('r.example', wanted, never, note)))

  expect(startedAt.filter((at) => at === 0)).toHaveLength(5)
  expect(startedAt.filter((at) => at < 1000).length).toBeLessThan(10)
  expect(startedAt.at(-1)).toBe(2000)
})

test('what is wanted goes before what waits in the background', async () => {
  const { lanes } = setUp(1)
  const first = Promise.withResolvers<void>()
  const order: string[] = []
  const run = (urgency: Urgency, name: string) =>
    lanes.run('r.example', { subject: name, urgency }, never, async () => void order.push(name))
  const running = lanes.run('r.example', wanted, never, () => first.promise)
  const waiting = [run('background', 'poll 1'), run('background', 'poll 2'), run('wanted', 'rollout')]

  first.resolve()
  await Promise.all([running, ...waiting])

  expect(order).toEqual(['rollout', 'poll 1', 'poll 2'])
})

test('sign-ins go before all that waits', async () => {
  const { lanes } = setUp(1)
  const first = Promise.withResolvers<void>()
  const order: string[] = []
  const running = lanes.run('r.example', wanted, never, () => first.promise)
  const rollout = lanes.run('r.example', wanted, never, async () => void order.push('rollout'))
  const signIn = asSignIns(lanes).run('r.example', wanted, never, async () => void order.push('sign-in'))

  first.resolve()
  await Promise.all([running, rollout, signIn])

  expect(order).toEqual(['sign-in', 'rollout'])
})

test.each(['before', 'after'])('who waits for a sign-in leaves its place to one that comes %s', async (when) => {
  const { lanes } = setUp(1)
  const signIn = () => asSignIns(lanes).run('r.example', wanted, never, async () => {})
  const order: string[] = []

  const running = lanes.run('r.example', wanted, never, async () => {
    const early = when === 'before' ? signIn() : null
    await lanes.lend('r.example', async () => early ?? signIn())
    order.push('who waited')
  })
  const other = lanes.run('r.example', wanted, never, async () => void order.push('another'))
  await Promise.all([running, other])

  expect(order).toEqual(['who waited', 'another'])
  expect(lanes.standing()).toEqual([])
})

test('tells how full it is', async () => {
  const { lanes } = setUp(1, 50)
  const first = Promise.withResolvers<void>()
  const running = lanes.run('r.example', wanted, never, () => first.promise)
  const waiting = lanes.run('r.example', wanted, never, async () => {})
  const standing = { host: 'r.example', concurrency: 1, requestsPerSecond: 50, running: 1, waiting: 1 }
  expect(lanes.standing()).toEqual([{ ...standing, pausedForMs: 0 }])

  lanes.pause('r.example', 5000)

  expect(lanes.standing()).toEqual([{ ...standing, pausedForMs: 5000 }])
  first.resolve()
  await Promise.allSettled([running, waiting])
})

test('keeps nothing of a host that asks for nothing', async () => {
  const { run, lanes } = setUp()

  await run()

  expect(lanes.standing()).toEqual([])
})
