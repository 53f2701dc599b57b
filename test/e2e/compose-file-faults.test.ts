import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmdirSync } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hashOf } from '../../src/targets/compose/definition/hash.ts'
import { writeFileSafely } from '../../src/targets/compose/definition/write-file-safely.ts'

// A full disk, a read-only one and a file that is a mount of its own cannot be had without mounting.
const canMount = tryMount()

// In CI a missing mount is a failure, not a gap that nobody sees.
describe.skipIf(!canMount && process.env['CI'] !== 'true')('a Compose file on a disk of its own (needs mount)', () => {
  let folder = ''
  let path = ''
  let spare = ''
  const mounts: string[] = []
  const old = Buffer.from(`services: {} # ${'x'.repeat(10_000)}\n`)
  const next = Buffer.from(`services: {} # ${'y'.repeat(20_000)}\n`)
  const expectedHash = hashOf(old)

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longshore-compose-disk-'))
    spare = await mkdtemp(join(tmpdir(), 'longshore-compose-spare-'))
    mount('-t', 'tmpfs', '-o', 'size=1m', 'longshore-test', folder)
    path = join(folder, 'compose.yaml')
    await writeFile(path, old)
  })

  afterEach(async () => {
    for (const at of mounts.splice(0).toReversed()) execFileSync('umount', ['--lazy', at])
    await rm(folder, { recursive: true })
    await rm(spare, { recursive: true })
  })

  function mount(...options: string[]): void {
    execFileSync('mount', options)
    if (!options.some((option) => option.startsWith('remount'))) mounts.push(options.at(-1) ?? '')
  }

  async function fillDisk(): Promise<void> {
    for (const sizeBytes of [65_536, 4096, 1]) {
      const isFull = () =>
        writeFile(join(folder, 'ballast'), Buffer.alloc(sizeBytes), { flag: 'a' }).then(
          () => false,
          () => true,
        )
      while (!(await isFull()));
    }
  }

  /** The file as a mount of its own, which nothing can be renamed over. */
  async function mountAlone(): Promise<void> {
    await writeFile(join(folder, 'real.yaml'), old)
    mount('--bind', join(folder, 'real.yaml'), path)
  }

  const write = (spareFolder?: string) =>
    writeFileSafely({ path, expectedHash, newBytes: next, ...(spareFolder === undefined ? {} : { spareFolder }) })
  const expectOld = async () => expect((await readFile(path)).equals(old)).toBe(true)
  const expectNew = async () => expect((await readFile(path)).equals(next)).toBe(true)
  const refused = (sentence: string) => ({
    code: 'COMPOSE_FILE_UNWRITABLE',
    message: expect.stringContaining(sentence),
  })

  test('is whole when the disk is full, and written once there is room', async () => {
    await fillDisk()

    await expect(write()).rejects.toMatchObject(refused('the disk is full'))
    await expectOld()
    expect((await readdir(folder)).toSorted()).toEqual(['ballast', 'compose.yaml'])

    await rm(join(folder, 'ballast'))
    await write()
    await expectNew()
  })

  test('is left alone on a read-only disk, and the message says so', async () => {
    mount('-o', 'remount,ro', folder)

    await expect(write()).rejects.toMatchObject(refused('mounted read-only'))
    await expectOld()
  })

  test('that is mounted alone is written in place, and nothing is left beside it', async () => {
    await mountAlone()
    const { ino } = await stat(path)

    await write()

    await expectNew()
    expect((await stat(path)).ino).toBe(ino)
    expect((await readFile(join(folder, 'real.yaml'))).equals(next)).toBe(true)
    expect((await readdir(folder)).toSorted()).toEqual(['compose.yaml', 'real.yaml'])
  })

  test('that is mounted alone is whole when the disk is full before the backup', async () => {
    await mountAlone()
    await fillDisk()

    await expect(write()).rejects.toMatchObject(refused('the disk is full'))
    await expectOld()
    expect((await readdir(folder)).toSorted()).toEqual(['ballast', 'compose.yaml', 'real.yaml'])
  })

  test('that is mounted alone gets its old bytes back when the disk fills up behind the backup', async () => {
    const crowded = join(folder, 'crowded')
    await mkdir(crowded)
    mount('-t', 'tmpfs', '-o', 'size=16k', 'longshore-test', crowded)
    await writeFile(join(crowded, 'real.yaml'), old)
    mount('--bind', join(crowded, 'real.yaml'), path)
    await writeFile(join(crowded, 'ballast'), Buffer.alloc(4096))

    await expect(write()).rejects.toMatchObject(refused('the disk is full'))

    await expectOld()
    expect((await readdir(folder)).toSorted()).toEqual(['compose.yaml', 'crowded'])
  })

  test('that is mounted alone and read-only is left alone', async () => {
    await mountAlone()
    mount('-o', 'remount,ro,bind', path)

    await expect(write()).rejects.toMatchObject(refused('mounted read-only'))
    await expectOld()
  })

  test('in a read-only folder is written with lock and backup elsewhere', async () => {
    const lower = join(spare, 'real.yaml')
    await writeFile(lower, old)
    mount('--bind', lower, path)
    mount('-o', 'remount,ro', folder)

    await expect(write()).rejects.toMatchObject(refused('mounted read-only'))
    await write(spare)

    await expectNew()
    expect(await readdir(spare)).toEqual(['real.yaml'])
  })

  test('keeps its mode and its owner', async () => {
    await chown(path, 12_345, 54_321)
    await chmod(path, 0o664)

    await write()

    await expectNew()
    expect(await stat(path)).toMatchObject({ uid: 12_345, gid: 54_321, mode: 0o100_664 })
  })
})

function tryMount(): boolean {
  const at = mkdtempSync(join(tmpdir(), 'longshore-mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'longshore-test', at], { stdio: 'ignore' })
    execFileSync('umount', ['--lazy', at])
    return true
  } catch {
    return false
  } finally {
    rmdirSync(at)
  }
}
