import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { flushAlong, reachDisk, syncToDisk } from './durable.ts'

const folder = mkdtempSync(join(tmpdir(), 'longshore-durable-'))
afterAll(() => rmSync(folder, { recursive: true }))

const file = join(folder, 'copy')
writeFileSync(file, '')

test('flushing along is what the writing gives, once that has come to its end', async () => {
  const writing = appendFile(file, 'a page').then(() => 'written')

  expect(await flushAlong(file, writing)).toBe('written')
})

test('flushing along fails as the writing does, also where the file is gone by then', async () => {
  const failed = () => Promise.reject(new Error('the disk is full'))

  await expect(flushAlong(file, failed())).rejects.toThrow('the disk is full')
  await expect(flushAlong(join(folder, 'gone'), failed())).rejects.toThrow('the disk is full')
})

test('flushing along fails where nothing can be said to have reached the disk', async () => {
  await expect(flushAlong(join(folder, 'gone'), Promise.resolve())).rejects.toThrow('ENOENT')
})

// Of all that is on every machine, the kernel's own folders are those that answer EINVAL, as some network file systems do.
test.skipIf(process.platform !== 'linux')('passes over a folder whose file system cannot be told to', async () => {
  expect(() => syncToDisk('/proc')).not.toThrow()
  await expect(reachDisk('/proc')).resolves.toBeUndefined()
})

test('tells of what cannot be opened, and of nothing where all is well', async () => {
  const file = join(folder, 'file')
  writeFileSync(file, 'x')

  expect(() => syncToDisk(file)).not.toThrow()
  await expect(reachDisk(folder)).resolves.toBeUndefined()
  expect(() => syncToDisk(join(folder, 'absent'))).toThrow('ENOENT')
  await expect(reachDisk(join(folder, 'absent'))).rejects.toThrow('ENOENT')
})
