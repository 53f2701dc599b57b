import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { waitUntil } from '../../../test/services/wait.ts'
import { remember } from '../../lib/secret.ts'
import { createLocalCommands } from './local-commands.ts'

const own = { PATH: process.env['PATH'], HOME: '/home/me', LONGSHORE_STATE: '/x', API_TOKEN: 'own-t0ken-value' }
const run = createLocalCommands(own)
const never = new AbortController().signal
const shell = (text: string, limitMs = 10_000, signal = never) =>
  run({ command: ['/bin/sh', '-c', text], environment: { LONGSHORE_HOOK: 'beforeRollout' }, limitMs }, signal)

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longshore-local-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('it sees PATH, HOME and what it is told, in /, without input', async () => {
  const { exitCode, output } = await shell('cat; env | grep -v ^PATH= | grep -v ^_= | sort; exit 7')

  expect(exitCode).toBe(7)
  expect(output).toBe('HOME=/home/me\nLONGSHORE_HOOK=beforeRollout\nPWD=/\n')
})

test('arguments reach a program as they are', async () => {
  const { output } = await run({ command: ['echo', '$HOME', 'a b', '| cat'], environment: {}, limitMs: 5000 }, never)

  expect(output).toBe('$HOME a b | cat\n')
})

test('both outputs are kept in order, without secrets, and only their end', async () => {
  remember('a-remembered-5ecret')

  expect((await shell('echo one; echo a-remembered-5ecret own-t0ken-value >&2; echo two')).output).toBe(
    'one\n*** ***\ntwo\n',
  )
  const { output } = await shell('i=0; while [ $i -lt 5000 ]; do echo "line $i"; i=$((i+1)); done')
  expect(Buffer.byteLength(output)).toBeLessThanOrEqual(4096)
  expect(output).toMatch(/line 4998\nline 4999\n$/)
})

test('its limit ends it and all that it started, also what does not want to', async () => {
  const children = `(trap '' TERM; sleep 100) & echo $! > ${folder}/child; sleep 100`

  expect((await shell(children, 300)).exitCode).toBeNull()
  await waitUntil('it is gone', () => !isAlive(readFileSync(join(folder, 'child'), 'utf8')), { limitMs: 2000 })
}, 20_000)

test('the signal ends it likewise', async () => {
  const stop = new AbortController()
  const ended = shell(`sleep 100 & echo $! > ${folder}/child; wait`, 60_000, stop.signal)
  await waitUntil('it runs', () => existsSync(join(folder, 'child')) && readFileSync(join(folder, 'child')).length > 0)
  stop.abort()

  await expect(ended).rejects.toMatchObject({ code: 'ABORTED' })
  await waitUntil('it is gone', () => !isAlive(readFileSync(join(folder, 'child'), 'utf8')), { limitMs: 2000 })
})

test('a program that is not there is named, and one that others may write is not run', async () => {
  const command = (...parts: string[]) => run({ command: parts, environment: {}, limitMs: 5000 }, never)
  await expect(command('no-such-program')).rejects.toMatchObject({ code: 'HOOK_INVALID' })

  const script = join(folder, 'script.sh')
  writeFileSync(script, `#!/bin/sh\ntouch ${folder}/ran\n`)
  chmodSync(script, 0o777)
  await expect(command(script)).rejects.toMatchObject({ code: 'CONFIG_UNSAFE' })
  await expect(command('sh', script)).rejects.toMatchObject({ code: 'CONFIG_UNSAFE' })
  expect(existsSync(join(folder, 'ran'))).toBe(false)
})

/** A killed one may stay in the list of processes until whoever is first there looks after it. */
function isAlive(pid: string): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid.trim()}/status`, 'utf8'))
  } catch {
    return false
  }
}
