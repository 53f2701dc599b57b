import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { stores } from '../../src/store/index.ts'
import { changeFile } from './change-file.ts'
import { digest, override } from './store-rows.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longshore-newer-'))
})
afterEach(() => rm(folder, { recursive: true }))

const now = () => Date.parse('2026-11-21T10:00:00.000Z')
const open = (access: 'owner' | 'reader' = 'owner', replaces = true) =>
  stores.sqlite({
    folder,
    access,
    replaces,
    backups: { folder: join(folder, 'backups'), keep: 3, onNewer: 'restore' },
    log: { warn: () => {}, error: () => {} },
    now,
  })

/** As a version would that has more migrations. */
function makeNewer(): void {
  changeFile(join(folder, 'longshore.db'), "update meta set value = '999' where key = 'schema_version'")
}

test("a newer version's state is kept aside for the newest backup where that is wanted, and everything is held", async () => {
  const before = await open()
  await before.setOverride(override())
  await before.backups?.take()
  await before.setOverride(override({ digest: digest(9) }))
  await before.close()
  makeNewer()

  await expect(open('reader')).rejects.toMatchObject({ code: 'STATE_NEWER' })
  // A word of a person, who has seen the newer one.
  await expect(open('owner', false)).rejects.toMatchObject({ code: 'STATE_NEWER' })
  const store = await open()

  expect((await store.hold())?.reason).toMatchObject({
    code: 'STATE_RESTORED',
    sentence: expect.stringContaining("the state was a newer version's"),
  })
  expect(await store.overrides()).toEqual([override()])
  await store.close()
  const [aside = ''] = (await readdir(folder)).filter((name) => name.startsWith('longshore.db.replaced-'))
  const kept = new DatabaseSync(join(folder, aside), { readOnly: true })
  expect(kept.prepare('select digest from overrides').get()).toEqual({ digest: digest(9) })
  kept.close()
})

test('without a backup that can be read it is refused even so', async () => {
  const before = await open()
  await before.setOverride(override())
  await before.close()
  makeNewer()

  await expect(open()).rejects.toMatchObject({ code: 'STATE_NEWER' })
})

test('is a newer one also where it has its checksums by a function that this version does not know', async () => {
  await (await open()).close()
  const file = join(folder, 'longshore.db')
  const later = new DatabaseSync(file)
  later.function('later_sum', { deterministic: true, varargs: true }, () => 1)
  later.exec("drop index meta_sum; update meta set value = '999' where key = 'schema_version'")
  later.exec('create index meta_sum on meta (later_sum(key, value))')
  later.close()

  await expect(open()).rejects.toMatchObject({ code: 'STATE_NEWER' })
})
