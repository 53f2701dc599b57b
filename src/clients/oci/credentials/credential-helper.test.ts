import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { askHelper } from './credential-helper.ts'

const usualPath = process.env['PATH']
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longshore-helpers-'))
  process.env['PATH'] = `${folder}${delimiter}${usualPath}`
  await install('good', 'read server; echo "{\\"Username\\":\\"for $server\\",\\"Secret\\":\\"from $1\\"}"')
  await install('empty', 'echo "credentials not found in native keychain"; exit 1')
  await install('broken', 'echo SECRETVALUE; echo SECRETVALUE >&2; exit 3')
  await install('chatty', 'head -c 200000 /dev/zero')
  await install('slow', 'exec sleep 60')
  await install('odd', 'echo SECRETVALUE')
})
afterAll(async () => {
  process.env['PATH'] = usualPath
  await rm(folder, { recursive: true })
})

async function install(name: string, script: string): Promise<void> {
  const file = join(folder, `docker-credential-${name}`)
  await writeFile(file, `#!/bin/sh\n${script}\n`)
  await chmod(file, 0o755)
}

test('gives the server to the helper and takes its answer', async () => {
  const credential = await askHelper('good', 'r.example', 'config.json')

  expect(credential?.username).toBe('for r.example')
  expect(credential?.password.reveal()).toBe('from get')
})

test('a helper that knows none is no failure', async () => {
  await expect(askHelper('empty', 'r.example', 'config.json')).resolves.toBeNull()
})

test.each(['broken', 'chatty', 'odd', 'missing', '../good', 'a b', '$(id)', ''])(
  'the helper %j is an error that shows nothing of its output',
  async (name) => {
    const error: unknown = await askHelper(name, 'r.example', 'config.json').catch((thrown: unknown) => thrown)

    expect(error).toMatchObject({ code: 'CREDENTIALS_INVALID', message: expect.stringContaining('config.json') })
    expect(error).not.toMatchObject({ message: expect.stringContaining('SECRETVALUE') })
    expect(error).not.toHaveProperty('cause')
  },
)

test('a helper that does not answer in time is killed, and is an error', async () => {
  const startedAt = performance.now()

  await expect(askHelper('slow', 'r.example', 'config.json', 100)).rejects.toMatchObject({
    code: 'CREDENTIALS_INVALID',
    message: expect.stringContaining('no answer in time'),
  })

  expect(performance.now() - startedAt).toBeLessThan(30_000)
})

test('a helper has five seconds', { timeout: 30_000 }, async () => {
  const startedAt = performance.now()

  await expect(askHelper('slow', 'r.example', 'config.json')).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID' })

  expect(performance.now() - startedAt).toBeGreaterThan(4900)
})
