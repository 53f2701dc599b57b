import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { stores } from '../../src/store/index.ts'
import type { Store } from '../../src/store/store.ts'
import type { OwnerProcess } from './store-owner.ts'
import { startOwner } from './store-owner.ts'
import { at, historyEntry, reason } from './store-rows.ts'

let folder: string
const started: OwnerProcess[] = []
const opened: Store[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longshore-store-'))
})

afterEach(async () => {
  for (const one of started.splice(0)) await one.kill()
  for (const one of opened.splice(0)) await one.close()
  await rm(folder, { recursive: true })
})

function start(task: 'hold' | 'write'): OwnerProcess {
  const owner = startOwner(folder, task)
  started.push(owner)
  return owner
}

async function open(access: 'owner' | 'reader' | 'visitor'): Promise<Store> {
  const store = await stores.sqlite({ folder, access, now: () => 0 })
  opened.push(store)
  return store
}

async function takeLines(owner: OwnerProcess, count: number): Promise<string[]> {
  const lines: string[] = []
  while (lines.length < count) lines.push(await owner.nextLine())
  return lines
}

test('an owner is refused while another process owns the state, and told its pid', async () => {
  const owner = start('hold')
  await owner.nextLine()

  await expect(open('owner')).rejects.toMatchObject({
    code: 'STATE_LOCKED',
    message: `the state in ${folder} is in use by another longshore (pid ${owner.pid})`,
  })
})

test('a refused owner in this process does not free the lock of the one that holds it', async () => {
  await open('owner')
  await expect(open('owner')).rejects.toMatchObject({
    code: 'STATE_LOCKED',
    message: expect.stringContaining(`(pid ${process.pid})`),
  })

  expect(await start('hold').nextLine()).toContain(`in use by another longshore (pid ${process.pid})`)
})

test.each(['owner', 'reader', 'visitor'] as const)(
  'after kill -9 the next %s finds every write that had resolved',
  async (access) => {
    const owner = start('write')
    const [, ...numbers] = await takeLines(owner, 100)
    numbers.push(...(await owner.kill()))

    const store = await open(access)

    const history = await store.history({ limit: numbers.length + 10 })
    const kept = history.map((entry) => entry.at).toReversed()
    expect(kept.slice(0, numbers.length)).toEqual(numbers)
    // The one that was being written may be there or not, but it is the only one.
    expect(kept.length - numbers.length).toBeLessThanOrEqual(1)
  },
)

test('a visitor writes and a reader reads beside an owner that is busy writing', async () => {
  const owner = start('write')
  await takeLines(owner, 10)

  const visitor = await open('visitor')
  const reader = await open('reader')
  await visitor.setHold({ reason, since: at(1) })

  expect(await reader.hold()).toEqual({ reason, since: at(1) })
  expect((await reader.history({ limit: 100 })).length).toBeGreaterThanOrEqual(9)
  await expect(takeLines(owner, 100)).resolves.toHaveLength(100)
})

describe('while somebody else keeps the file locked for writing', () => {
  /** As another program does that has it open. */
  async function locked(work: (store: Store, unlock: () => void) => Promise<void>): Promise<void> {
    const store = await open('owner')
    const other = new DatabaseSync(join(folder, 'longshore.db'))
    other.exec('begin immediate')
    try {
      await work(store, () => other.exec('rollback'))
    } finally {
      other.close()
    }
  }
  const writeSix = (store: Store) => Array.from({ length: 6 }, () => store.addHistory(historyEntry()))

  test('all else goes on, reading included, and what is written waits for its end', () =>
    locked(async (store, unlock) => {
      const writes = Promise.all(writeSix(store))

      await delay(300)
      expect(await store.history({ limit: 9 })).toEqual([])
      unlock()
      await writes

      expect(await store.history({ limit: 9 })).toHaveLength(6)
    }))

  test('what is written together is refused together, after one wait', () =>
    locked(async (store) => {
      const began = performance.now()

      const [first, ...others] = writeSix(store)
      await expect(first).rejects.toMatchObject({ code: 'STATE_LOCKED' })
      for (const each of others) await expect(each).rejects.toMatchObject({ code: 'STATE_LOCKED' })

      expect(performance.now() - began).toBeLessThan(15_000)
    }))
})
