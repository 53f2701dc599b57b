import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmdirSync } from 'node:fs'
import { mkdtemp, rm, rmdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { stores } from '../../src/store/index.ts'
import type { Store } from '../../src/store/store.ts'
import { historyEntry, quarantine, rollout, workload } from './store-rows.ts'

// Permission bits do not stop root, and a full disk cannot be had without one: both need a file system of our own.
const canMount = tryMount()

// In CI a missing mount is a failure, not a gap that nobody sees.
describe.skipIf(!canMount && process.env['CI'] !== 'true')('on a disk of its own (needs mount -t tmpfs)', () => {
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longshore-disk-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'longshore-test', folder])
  })

  afterEach(async () => {
    execFileSync('umount', ['--lazy', folder])
    await rmdir(folder)
  })

  const open = (): Promise<Store> => stores.sqlite({ folder, access: 'owner', now: () => 0 })
  const remount = (options: string): void => void execFileSync('mount', ['-o', `remount,${options}`, folder])
  const unwritable = { code: 'STATE_UNWRITABLE', message: expect.stringContaining('longshore-disk-') }

  async function fillDisk(): Promise<void> {
    const ballast = join(folder, 'ballast')
    for (const sizeBytes of [65_536, 4096, 1]) {
      const isFull = () =>
        writeFile(ballast, Buffer.alloc(sizeBytes), { flag: 'a' }).then(
          () => false,
          () => true,
        )
      while (!(await isFull()));
    }
  }

  test('a full disk refuses a rollout whole, keeps what was there, and takes it once there is room', async () => {
    const also = {
      journal: { rollout: 'r1', step: 'J1', effect: 'pull', at: '' },
      history: historyEntry(),
      quarantine: quarantine(),
    } as const
    const large = rollout({ logTail: 'x'.repeat(100_000) })
    const store = await open()
    await store.saveWorkload(workload())
    await fillDisk()

    await expect(store.saveRollout(large, also)).rejects.toMatchObject(unwritable)
    expect(await store.rollout('r1')).toBeNull()
    expect(await store.history({ limit: 1 })).toEqual([])
    expect(await store.quarantine(quarantine().workload)).toEqual([])
    expect(await store.workloads()).toEqual([workload()])

    await rm(join(folder, 'ballast'))
    await store.saveRollout(large, also)
    expect(await store.rollout('r1')).toEqual(large)
    expect(await store.journal('r1')).toEqual([also.journal])
    await store.close()
  })

  test('a state that was full when it was closed opens again with all that had been written', async () => {
    const store = await open()
    await store.saveWorkload(workload())
    await fillDisk()
    await store.close()
    await rm(join(folder, 'ballast'))

    const again = await open()

    expect(await again.workloads()).toEqual([workload()])
    await again.close()
  })

  test('a full disk without a state refuses to open and holds no lock', async () => {
    await fillDisk()

    await expect(open()).rejects.toMatchObject(unwritable)

    await rm(join(folder, 'ballast'))
    const store = await open()
    expect(store.isNew).toBe(true)
    await store.close()
  })

  test('a folder that cannot be written refuses an owner, and nothing is in it afterwards', async () => {
    remount('ro')

    await expect(open()).rejects.toMatchObject(unwritable)

    expect(readdirSync(folder)).toEqual([])
  })

  test('an owner is refused where the disk has become read-only, and nothing is lost', async () => {
    const store = await open()
    await store.saveWorkload(workload())
    await store.close()
    remount('ro')

    await expect(open()).rejects.toMatchObject(unwritable)

    remount('rw')
    const again = await open()
    expect(await again.workloads()).toEqual([workload()])
    await again.close()
  })
})

function tryMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', 'longshore-test', folder], { stdio: 'ignore' })
    execFileSync('umount', [folder])
    return true
  } catch {
    return false
  } finally {
    rmdirSync(folder)
  }
}
