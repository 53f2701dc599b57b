import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { movables, stores, upkeeps } from '../../src/store/index.ts'
import { cancelMove, moveState } from '../../src/store/sql/move-state.ts'
import type { Store } from '../../src/store/store.ts'
import { waitUntil } from '../services/wait.ts'
import { createSchema, describeWithPostgres, type Schema } from './postgres-place.ts'
import * as rows from './store-rows.ts'

const { at, digest } = rows

describeWithPostgres('a state that is moved', (server) => {
  let schema: Schema
  let folder: string

  beforeEach(async () => {
    schema = await createSchema(server)
    folder = join(await mkdtemp(join(tmpdir(), 'longshore-move-')), 'state')
  })

  afterEach(async () => {
    await schema.remove()
    await rm(join(folder, '..'), { recursive: true })
  })

  const places = {
    file: {
      open: (access: 'owner' | 'reader' = 'owner') => stores.sqlite({ folder, access, now: () => 0 }),
      movable: () => movables.sqlite(folder),
      contents: () => upkeeps.sqlite({ folder, backups: { folder, keep: 0 }, now: () => 0 }).contents(),
    },
    database: {
      open: (access: 'owner' | 'reader' = 'owner') =>
        stores.postgres({ address: schema.address, access, now: () => 0, patienceMs: 0 }),
      movable: () => movables.postgres(schema.address),
      contents: async function* () {
        yield* (await upkeeps.postgres({ address: schema.address })).contents()
      },
    },
  }
  type Place = (typeof places)['file' | 'database']
  const directions: readonly (readonly [string, Place, Place])[] = [
    ['a file to a database', places.file, places.database],
    ['a database to a file', places.database, places.file],
  ]
  const move = async (from: Place, to: Place) => moveState(await from.movable(), await to.movable(), 0)
  const read = async (place: Place) => {
    const all: unknown[] = []
    for await (const row of place.contents()) all.push(row)
    return all
  }

  async function fill(store: Store, rollouts = 250): Promise<void> {
    await store.setHold({ reason: rows.reason, since: at(1) })
    await store.setHold(null)
    await store.saveEngineNote({ target: 'local', engine: 'Docker 26', limits: [] })
    await store.saveWorkload(rows.workload())
    await store.saveTagObservation(rows.tagObservation())
    await store.saveImageDescription('r', 'p', digest(1), { text: 'ü"\'\\\u0000 😀' })
    await store.setOverride(rows.override())
    await store.setPause(rows.pause())
    await store.addDeadLetter({ source: 's', body: '{\n', receivedAt: at(1) })
    await Promise.all(
      Array.from({ length: rollouts }, (_, index) =>
        store.saveRollout(rows.rollout({ id: `r${index}`, createdAt: at(index) }), {
          journal: { rollout: `r${index}`, step: 'J1', effect: 'pull', at: at(index) },
          history: rows.historyEntry({ at: at(index) }),
          quarantine: rows.quarantine({ digest: digest(index) }),
        }),
      ),
    )
    await store.saveSnapshot('r1', { Config: { Env: ['PASSWORD=hunter2'] } })
  }

  test.each(directions)('from %s is there whole, and goes on', async (_, from, to) => {
    const before = await from.open()
    await fill(before)
    await before.close()
    const told = await read(from)

    const moved = await move(from, to)

    expect(moved.rows).toMatchObject({ rollouts: 250, journal: 250, history: 250, snapshots: 1, workloads: 1 })
    expect(await read(to)).toEqual(told)
    expect(await read(from)).toEqual(told)
    const store = await to.open()
    expect(await store.hold()).toBeNull()
    expect(store.isNew).toBe(false)
    expect(await store.snapshot('r1')).toEqual({ Config: { Env: ['PASSWORD=hunter2'] } })
    // What the database counts goes on after what was copied.
    await store.addHistory(rows.historyEntry({ at: 'after' }))
    expect((await store.history({ limit: 2 })).map((entry) => entry.at)).toEqual(['after', at(249)])
    await store.close()
  })

  test.each(directions)('from %s is refused where it was, until that is taken back', async (_, from, to) => {
    await (await from.open()).close()
    await move(from, to)

    for (const access of ['owner', 'reader'] as const) {
      await expect(from.open(access)).rejects.toMatchObject({ code: 'STATE_MOVED' })
    }
    await expect(move(from, to)).rejects.toMatchObject({ code: 'STATE_MOVED' })

    expect(await cancelMove(await from.movable(), 'ada', 0)).not.toBeNull()
    const store = await from.open()
    expect(await store.hold()).toMatchObject({ reason: { code: 'STATE_RESTORED' } })
    await store.close()
    expect(await cancelMove(await from.movable(), 'ada', 0)).toBeNull()
  })

  test.each(directions)(
    'from %s comes back to where it was, and what was left there is replaced',
    async (_, from, to) => {
      const before = await from.open()
      await fill(before, 3)
      await before.close()
      await move(from, to)
      const meanwhile = await to.open()
      await meanwhile.clearOverride(rows.override())
      await meanwhile.addHistory(rows.historyEntry({ at: 'meanwhile' }))
      await meanwhile.close()
      const told = await read(to)

      // Killed in its middle it is where it was, and the same again ends it.
      await killAt('copied', from === places.file ? [schema.url, folder] : [folder, schema.url])
      await expect(from.open()).rejects.toMatchObject({ code: 'STATE_MOVED' })
      const { keptAside } = await waitUntil('the dead let go', () => move(to, from), { limitMs: 10_000 })

      expect(await read(from)).toEqual(told)
      await expect(to.open()).rejects.toMatchObject({ code: 'STATE_MOVED' })
      const store = await from.open()
      expect(await store.hold()).toBeNull()
      expect(await store.overrides()).toEqual([])
      expect((await store.history({ limit: 1 }))[0]?.at).toBe('meanwhile')
      await store.addHistory(rows.historyEntry({ at: 'after' }))
      await store.close()
      if (from === places.database) return void expect(keptAside).toBeNull()
      const aside = new DatabaseSync(keptAside ?? '', { readOnly: true })
      expect(aside.prepare('select count(*) as n from overrides').get()).toEqual({ n: 1 })
      aside.close()
    },
  )

  test.each(directions)('from %s does not come back from anywhere else', async (_, from, to) => {
    const before = await from.open()
    await fill(before, 3)
    await before.close()
    await move(from, to)
    const told = await read(from)
    const elsewhere = join(folder, '..', 'elsewhere')
    await (await stores.sqlite({ folder: elsewhere, access: 'owner', now: () => 0 })).close()

    await expect(moveState(await movables.sqlite(elsewhere), await from.movable(), 0)).rejects.toMatchObject({
      code: 'STATE_NOT_EMPTY',
      message: expect.stringContaining('was moved away to'),
    })

    expect(await read(from)).toEqual(told)
  })

  test.each(directions)(
    'from %s is refused where something is already, and while either is used',
    async (_, from, to) => {
      const other = await to.open()
      await (await from.open()).close()
      await expect(move(from, to)).rejects.toMatchObject({ code: 'STATE_LOCKED' })
      await other.addHistory(rows.historyEntry())
      await other.close()

      await expect(move(from, to)).rejects.toMatchObject({ code: 'STATE_NOT_EMPTY' })
      const owner = await from.open()
      await expect(move(from, to)).rejects.toMatchObject({ code: 'STATE_LOCKED' })
      await owner.close()
    },
  )

  test.each(directions)('from %s that is not there is not found', async (_, from, to) => {
    await expect(move(from, to)).rejects.toMatchObject({ code: 'STATE_NOT_FOUND' })
  })

  const points = ['copied', 'committed'] as const

  test.each(directions.flatMap(([name, from, to]) => points.map((point) => [name, point, from, to] as const)))(
    'from %s is nowhere or whole when it is killed once it has %s, and the same again ends it',
    async (_, point, from, to) => {
      const before = await from.open()
      await fill(before)
      await before.close()
      const told = await read(from)
      const ends = from === places.file ? [folder, schema.url] : [schema.url, folder]

      await killAt(point, ends)

      expect(await read(to)).toEqual(point === 'copied' ? [] : told)
      await expect(from.open('reader')).rejects.toMatchObject({
        code: 'STATE_MOVED',
        message: expect.stringContaining('was being moved'),
      })
      await waitUntil('the dead let go', () => move(from, to), { limitMs: 10_000 })
      expect(await read(to)).toEqual(told)
      await expect(from.open()).rejects.toMatchObject({ message: expect.stringContaining('was moved to') })
    },
  )
})

/** Has another process move a state, and kills it there. */
async function killAt(point: string, ends: readonly string[]): Promise<void> {
  const script = fileURLToPath(new URL('move-child.ts', import.meta.url))
  const child = spawn(process.execPath, [script, ...ends, point], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const [said] = await once(child.stdout, 'data')
  expect(String(said)).toBe(point)
  child.kill('SIGKILL')
  await ended
}
