import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { socketAnswers } from './socket-answers.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longshore-socket-'))
})
afterAll(() => rm(folder, { recursive: true }))

test('answers while somebody listens, and not before or after', async () => {
  const path = join(folder, 'own.sock')
  expect(await socketAnswers(path)).toBe(false)

  const server = createServer()
  await new Promise<void>((resolve) => void server.listen(path, resolve))
  expect(await socketAnswers(path)).toBe(true)

  await new Promise((resolve) => void server.close(resolve))
  expect(await socketAnswers(path)).toBe(false)
})

test('does not answer where whoever listened ends before it takes up the connection', async () => {
  const path = join(folder, 'ending.sock')
  const server = createServer()
  await new Promise<void>((resolve) => void server.listen(path, resolve))

  const asked = socketAnswers(path)
  server.close()

  expect(await asked).toBe(false)
})

test('does not answer at a path that is too long for one', async () => {
  expect(await socketAnswers(join(folder, 'a'.repeat(200)))).toBe(false)
})
