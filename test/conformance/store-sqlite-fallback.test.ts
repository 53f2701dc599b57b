import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { stores } from '../../src/store/index.ts'
import type { Store } from '../../src/store/store.ts'
import { useSqlitePlace } from './sqlite-place.ts'
import { digest, override } from './store-rows.ts'

const { parent, said, log } = useSqlitePlace()
const first = join(parent, 'first')
const second = join(parent, 'second')
const now = () => Date.parse('2026-11-21T10:00:00.000Z')
/** As the configuration has it: whether the first can be written is found out before. */
const open = (place: 'first' | 'second', access: 'owner' | 'reader' | 'visitor' = 'owner'): Promise<Store> =>
  stores.sqlite({
    folder: place === 'first' ? first : second,
    fallback: { folder: second, insteadOf: place === 'first' ? null : first },
    access,
    log,
    now,
  })

async function opened<Found>(place: 'first' | 'second', work: (store: Store) => Promise<Found>): Promise<Found> {
  const store = await open(place)
  return work(store).finally(() => store.close())
}

test('nothing is held for as long as the first can be written', async () => {
  expect(await opened('first', (store) => store.hold())).toBeNull()
  expect(await opened('first', (store) => store.hold())).toBeNull()
  expect(said).toEqual([])
})

test('a new state in its place is held as lost, once, and said at each start', async () => {
  const held = await opened('second', (store) => store.hold())
  await opened('second', (store) => store.setHold(null))
  const goesOn = await opened('second', (store) => store.hold())

  expect(held?.reason).toMatchObject({ code: 'STATE_LOST', sentence: expect.stringContaining(`${first} cannot be`) })
  expect(goesOn).toBeNull()
  expect(said).toEqual(Array.from({ length: 3 }, () => expect.stringContaining(`${second} is used instead`)))
})

test('back in the first everything is held, once, and what was done meanwhile is kept aside', async () => {
  await opened('first', (store) => store.setOverride(override()))
  await opened('second', (store) => store.setOverride(override({ digest: digest(9) })))

  const held = await opened('first', (store) => store.hold())

  expect(held?.reason.code).toBe('STATE_RESTORED')
  const [aside = '', ...more] = (await readdir(second)).filter((name) => name.startsWith('longshore.db'))
  expect(more).toEqual([])
  expect(held?.reason.sentence).toContain(join(second, aside))
  const kept = new DatabaseSync(join(second, aside), { readOnly: true })
  expect(kept.prepare('select digest from overrides').get()).toEqual({ digest: digest(9) })
  kept.close()
  await opened('first', async (store) => {
    expect(await store.overrides()).toEqual([override()])
    expect(await store.history({ limit: 9 })).toMatchObject([{ kind: 'hold' }])
    await store.setHold(null)
  })
  expect(await opened('first', (store) => store.hold())).toBeNull()
  // What is left there is never gone on from: the first was used since.
  expect((await opened('second', (store) => store.hold()))?.reason.code).toBe('STATE_LOST')
})

test('back in the first is refused while somebody still works on the second', async () => {
  await opened('second', () => expect(open('first')).rejects.toMatchObject({ code: 'STATE_LOCKED' }))

  expect((await opened('first', (store) => store.hold()))?.reason.code).toBe('STATE_RESTORED')
})

test.each(['reader', 'visitor'] as const)(
  'a %s begins no state there: a service may be at work in the first',
  async (access) => {
    await expect(open('second', access)).rejects.toMatchObject({ code: 'STATE_UNWRITABLE' })

    await opened('second', (store) => store.setOverride(override()))
    const store = await open('second', access)
    expect(await store.overrides()).toEqual([override()])
    await store.close()
  },
)
