import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { reachDisk, syncToDisk } from './reach-disk.ts'

const folder = mkdtempSync(join(tmpdir(), 'longshore-reach-disk-'))
afterAll(() => rmSync(folder, { recursive: true }))

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
