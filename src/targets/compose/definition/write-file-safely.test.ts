import { spawnSync } from 'node:child_process'
import { chmod, mkdtemp, readdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { hashOf } from './hash.ts'
import { recoverInterruptedWrite, writeFileSafely } from './write-file-safely.ts'

let folder = ''
let path = ''
const old = 'services: {} # é\r\n'
const next = Buffer.from('services: {a: {image: b}} # é\r\n')

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longshore-write-'))
  path = join(folder, 'compose.yaml')
  await writeFile(path, old)
})
afterEach(() => rm(folder, { recursive: true }))

const expectedHash = hashOf(Buffer.from(old))
const write = () => writeFileSafely({ path, expectedHash, newBytes: next })
const beside = (what: string): string => join(folder, `.compose.yaml.longshore-${what}`)
const isFile = async (bytes: string | Buffer) => expect((await readFile(path)).equals(Buffer.from(bytes))).toBe(true)
const lock = (pid: number, host = hostname()) => writeFile(beside('lock'), JSON.stringify({ pid, host, start: 'x' }))

describe('a write', () => {
  test('gives the file its new bytes, keeps its mode, and leaves nothing beside it', async () => {
    await chmod(path, 0o640)

    await write()

    await isFile(next)
    expect((await stat(path)).mode & 0o7777).toBe(0o640)
    expect(await readdir(folder)).toEqual(['compose.yaml'])
  })

  test('refuses a file that was edited meanwhile, and leaves the edit', async () => {
    await writeFile(path, 'by hand')

    await expect(write()).rejects.toMatchObject({
      code: 'TARGET_CONFLICT',
      message: expect.stringContaining('was changed meanwhile'),
    })
    await isFile('by hand')
    expect(await readdir(folder)).toEqual(['compose.yaml'])
  })

  test.each(['gone', 'a link'])('refuses a file that is %s meanwhile', async (what) => {
    await rename(path, join(folder, 'elsewhere'))
    if (what === 'a link') await symlink(join(folder, 'elsewhere'), path)

    await expect(write()).rejects.toMatchObject({ code: 'TARGET_CONFLICT' })
    expect(await readFile(join(folder, 'elsewhere'), 'utf8')).toBe(old)
  })

  test('replaces what a crash left beside the file', async () => {
    await writeFile(beside('new'), 'half')

    await write()

    await isFile(next)
    expect(await readdir(folder)).toEqual(['compose.yaml'])
  })

  test('of two at once lets one through', async () => {
    const other = writeFileSafely({ path, expectedHash, newBytes: Buffer.from('other') })
    const outcomes = await Promise.allSettled([write(), other])

    const failures = outcomes.filter((outcome) => outcome.status === 'rejected')
    expect(failures).toMatchObject([{ reason: { code: 'TARGET_CONFLICT' } }])
    await isFile(outcomes[0]?.status === 'fulfilled' ? next : 'other')
  })
})

describe('a lock', () => {
  /** A number that a process had which is no more. */
  const deadPid = (): number => spawnSync('true').pid

  test.each([
    ['of a dead process', () => lock(deadPid())],
    ['of an earlier start with our process number', () => lock(process.pid)],
    [
      'that is old, of another machine',
      async () => {
        await lock(1, 'elsewhere')
        await utimes(beside('lock'), 1, 1)
      },
    ],
  ])('%s is broken', async (_what, leave) => {
    await leave()

    await write()

    await isFile(next)
    expect(await readdir(folder)).toEqual(['compose.yaml'])
  })

  test.each([
    ['of a living process', () => lock(process.ppid)],
    ['of another machine', () => lock(1, 'elsewhere')],
    ['that is being written', () => writeFile(beside('lock'), '')],
  ])('%s is respected', async (_what, leave) => {
    await leave()

    await expect(write()).rejects.toMatchObject({
      code: 'TARGET_CONFLICT',
      message: expect.stringContaining('somebody else is editing it'),
    })
    await isFile(old)
    expect(await readdir(folder)).toEqual(['.compose.yaml.longshore-lock', 'compose.yaml'])
  })
})

describe('a write in place that a crash cut off', () => {
  const leaveBackup = (): Promise<void> => {
    const backup = { before: Buffer.from(old).toString('base64'), after: next.toString('base64') }
    return writeFile(beside('backup'), JSON.stringify(backup))
  }

  test('is undone from any byte on, by looking or by the next write', async () => {
    const before = Buffer.from(old)
    for (let done = 1; done < next.length; done += 1) {
      await writeFile(path, Buffer.concat([next.subarray(0, done), before.subarray(done)]))
      await leaveBackup()

      if (done % 2 === 0) await recoverInterruptedWrite({ path })
      await write()

      await isFile(next)
      expect(await readdir(folder)).toEqual(['compose.yaml'])
    }
  })

  test.each(['by hand', next.toString(), old])('leaves %j as it is', async (text) => {
    await writeFile(path, text)
    await leaveBackup()

    await recoverInterruptedWrite({ path })

    await isFile(text)
    expect(await readdir(folder)).toEqual(['compose.yaml'])
  })

  test('is nothing where nothing was cut off', async () => {
    await recoverInterruptedWrite({ path })

    await isFile(old)
  })
})
