import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { canBeWritten } from './can-be-written.ts'

let parent: string
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'longshore-written-'))
})
afterEach(() => rm(parent, { recursive: true }))

test('a folder of ours can be, also one that is still to be made', async () => {
  expect(canBeWritten(parent)).toBe(true)
  expect(canBeWritten(join(parent, 'not/yet'))).toBe(true)
})

test('what is no folder cannot be, nor anything below it', async () => {
  await writeFile(join(parent, 'file'), '')

  expect(canBeWritten(join(parent, 'file'))).toBe(false)
  expect(canBeWritten(join(parent, 'file/state'))).toBe(false)
})

test('neither can what hangs below a device', () => {
  expect(canBeWritten('/dev/null/state')).toBe(false)
})
