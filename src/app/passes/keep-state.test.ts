import { afterEach, beforeEach, expect, test } from 'vitest'
import { settled, startManualClock } from '../../../test/fakes/clock.ts'
import { AppError } from '../../errors.ts'
import type { HistoryEntry, StoreBackups } from '../../store/store.ts'
import { createStateKeeper, type StateKeeper } from './keep-state.ts'

const minuteMs = 60_000
const dayMs = 86_400_000

let clock: ReturnType<typeof startManualClock>
let taken: number[]
let tidied: number
let isBroken: boolean
let unremoved: string | undefined
let copyMs: number
let stampOf: () => number
let said: string[]
let lastEntry: string | null
let stop: AbortController
let running: Promise<void>

beforeEach(() => {
  clock = startManualClock()
  taken = []
  tidied = 0
  isBroken = false
  unremoved = undefined
  copyMs = 0
  stampOf = () => clock.now()
  said = []
  lastEntry = null
  stop = new AbortController()
  running = Promise.resolve()
})

afterEach(async () => {
  stop.abort()
  await running
})

const backups: StoreBackups = {
  newestAt: () => (taken.length === 0 ? null : new Date(taken.at(-1) ?? 0).toISOString()),
  async take() {
    if (isBroken) throw new AppError('STATE_UNWRITABLE', 'there is no room')
    taken.push(stampOf())
    if (copyMs > 0) await clock.sleep(copyMs, stop.signal)
    const backup = { file: 'backup', at: new Date(clock.now()).toISOString(), sizeBytes: 1, problem: null }
    return { ...backup, ...(unremoved !== undefined && { unremoved }) }
  },
}

function keeper(): StateKeeper {
  const say = (_: object, sentence: string) => void said.push(sentence)
  return createStateKeeper({
    store: {
      backups,
      forgetOld: async () => void (tidied += 1),
      history: async () => (lastEntry === null ? [] : [{ at: lastEntry } as HistoryEntry]), // all that is read of it
    },
    clock,
    log: { debug: () => {}, info: say, warn: say, error: say },
  })
}

async function begin(): Promise<StateKeeper> {
  const kept = keeper()
  running = kept.run(stop.signal)
  await settled()
  return kept
}

test('a backup is taken after every rollout', async () => {
  const kept = await begin()
  taken = []

  for (let count = 1; count <= 30; count += 1) {
    kept.rolledOut()
    await clock.pass(1000)
    expect(taken).toHaveLength(count)
  }
  await clock.pass(10 * minuteMs)

  expect(taken).toHaveLength(30)
})

test('those that end while a large state is copied share the next one, which comes after a rest', async () => {
  const kept = await begin()
  taken = []
  copyMs = 2000
  const start = clock.now()

  for (let count = 0; count < 30; count += 1) {
    kept.rolledOut()
    await clock.pass(1000)
  }
  await clock.pass(10 * minuteMs)

  expect(taken.map((at) => (at - start) / 1000)).toEqual([0, 20, 40])
})

test('without rollouts one is taken a day, and the first at once', async () => {
  await begin()
  expect(taken).toHaveLength(1)

  await clock.pass(dayMs - 1000)
  expect(taken).toHaveLength(1)
  await clock.pass(2000)

  expect(taken).toHaveLength(2)
})

test.each([
  ['is', 1, 2],
  ['is not', -1, 1],
])('what a former process wrote after the newest backup %s backed up at the start', async (_, laterMs, count) => {
  taken = [clock.now() - 5 * minuteMs]
  lastEntry = new Date((taken[0] ?? 0) + laterMs).toISOString()

  await begin()

  expect(taken).toHaveLength(count)
})

test('a clock that was set back by years does not put the next one off', async () => {
  taken = [clock.now() + 1000 * dayMs]

  await begin()

  expect(taken).toHaveLength(2)
})

test('a clock that was set back leaves it at one a day', async () => {
  taken = [clock.now() + 2 * dayMs]
  // The stamp of each goes on from the one before.
  stampOf = () => (taken.at(-1) ?? 0) + 1
  await begin()

  await clock.pass(30 * minuteMs)
  expect(taken).toHaveLength(2)
  await clock.pass(dayMs)

  expect(taken).toHaveLength(3)
})

test('a clock that is set back while it runs leaves it at one a day', async () => {
  await begin()
  clock.set(clock.now() - 2 * dayMs)

  await clock.pass(30 * minuteMs)

  expect(taken).toHaveLength(1)
})

test('a folder whose backups somebody removed gets one within the hour', async () => {
  await begin()
  taken = []

  await clock.pass(61 * minuteMs)

  expect(taken).toHaveLength(1)
})

test('a failure is told once, tried again in ten minutes, and told again when it comes back', async () => {
  isBroken = true
  await begin()
  await clock.pass(25 * minuteMs)
  expect(said).toEqual(['the state was not backed up: STATE_UNWRITABLE: there is no room'])

  isBroken = false
  await clock.pass(10 * minuteMs)
  expect(taken).toHaveLength(1)
  isBroken = true
  await clock.pass(dayMs)

  expect(said).toHaveLength(2)
})

test('one that could not be removed is told once, and the backup that was taken counts', async () => {
  unremoved = 'EPERM: operation not permitted'
  const kept = await begin()
  kept.rolledOut()
  await clock.pass(minuteMs)

  expect(taken).toHaveLength(2)
  expect(said).toEqual([
    'backups beyond those that are kept were not removed: STATE_UNWRITABLE: EPERM: operation not permitted',
  ])
})

test('what is still due at the end is taken then, however soon after the last', async () => {
  taken = [clock.now() - 1000]
  const kept = keeper()
  kept.rolledOut()

  await kept.end()

  expect(taken).toHaveLength(2)
  expect(tidied).toBe(1)
})

test('a command that rolled nothing out takes none at its end, but for a day of what was said', async () => {
  taken = [clock.now() - 1000]
  lastEntry = new Date(clock.now()).toISOString()
  await keeper().end()
  expect(taken).toHaveLength(1)

  taken = [clock.now() - 2 * dayMs]
  await keeper().end()

  expect(taken).toHaveLength(2)
})

test('what is old is forgotten while it runs, every hour at least asked for', async () => {
  await begin()

  await clock.pass(5 * 3_600_000)

  expect(tidied).toBeGreaterThanOrEqual(5)
})
