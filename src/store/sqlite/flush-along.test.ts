import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { flushAlong } from './flush-along.ts'

const folder = mkdtempSync(join(tmpdir(), 'longshore-flush-'))
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
