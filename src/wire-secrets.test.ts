import { writeFile } from 'node:fs/promises'
import { afterEach, expect, test } from 'vitest'
import { useConfigFolder } from '../test/fakes/config-folder.ts'
import { startFakeRegistry } from '../test/fakes/registry.ts'
import { loadLiveConfig } from './config/load.ts'
import { systemClock } from './lib/clock.ts'
import { createLog } from './lib/log.ts'
import { openRegistries } from './wire-registries.ts'

const { path } = useConfigFolder()
const signal = new AbortController().signal

let ends: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends) await end()
  ends = []
})

const writeSecret = (text: string) => writeFile(path('password'), text, { mode: 0o600 })

/** A registry that takes `new-password`, and ours with `old-password` in a file. */
async function start(configOf: (host: string) => { text: string; env: Readonly<Record<string, string>> }) {
  const fake = await startFakeRegistry({ auth: { kind: 'token', username: 'robot', password: 'new-password' } })
  fake.pushImage('team/app', '1.0', 'one')
  await writeSecret('old-password\n')
  const { text, env } = configOf(fake.host)
  await writeFile(path(), text, { mode: 0o600 })
  const { config, secretFiles, rereadRegistries } = await loadLiveConfig({ file: path(), env })
  let elapsed = 0
  const lines: string[] = []
  const log = createLog('info', 'plain', (line) => lines.push(line))
  const registries = openRegistries(
    { ...config, secrets: { versions: secretFiles, reread: rereadRegistries } },
    { ...systemClock, elapsed: () => elapsed },
    { env: {}, log, certsFolder: '/nowhere' },
  )
  ends.push(
    () => registries.close(),
    () => fake.close(),
  )
  const repository = { registry: fake.host, repository: 'team/app' }
  return {
    fake,
    lines,
    look: () => {
      elapsed += 1000
      return registries.registryFor(fake.host).resolve(repository, '1.0', null, signal, 'background')
    },
    /** Of an API that is not there, so that it says no. */
    tell: () =>
      registries
        .registryFor(fake.host)
        .describeTags?.(repository, { tags: ['1.0'], known: new Map() }, signal)
        .catch(() => null),
    password: async () => {
      elapsed += 1000
      return (await registries.pullAuth(repository, signal))?.password
    },
  }
}

const byFile = (host: string) => ({
  text: `registries: [{host: "${host}", username: robot, password: "\${file:${path('password')}}"}]`,
  env: {},
})
const byVariable = (host: string) => ({
  text: '',
  env: {
    LONGSHORE_REGISTRY_MAIN_HOST: host,
    LONGSHORE_REGISTRY_MAIN_USERNAME: 'robot',
    LONGSHORE_REGISTRY_MAIN_PASSWORD_FILE: path('password'),
  },
})

test.each([
  ['${file:…}', byFile],
  ['a variable with _FILE', byVariable],
])('a password that is replaced in its file is used at once: %s', async (_what, configOf) => {
  const { look, password } = await start(configOf)
  await expect(look()).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' })
  await expect(look()).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' })

  await writeSecret('new-password\n')

  await expect(look()).resolves.toBeTypeOf('object')
  expect(await password()).toBe('new-password')
})

test('while the file cannot be read the password stays what it was, and the log says why once', async () => {
  const { password, lines } = await start(byFile)
  await writeFile(path('password'), Buffer.of(0xff, 0xfe, 0xfd))

  expect([await password(), await password()]).toEqual(['old-password', 'old-password'])
  expect(lines.filter((line) => line.includes('cannot be read'))).toHaveLength(1)
  expect(lines.join('\n')).not.toContain('old-password')
  await writeSecret('new-password')

  expect(await password()).toBe('new-password')
})

test('an API that is signed in to with a token of a file is asked with the new one', async () => {
  const { fake, look, tell } = await start((host) => ({
    text: `registries: [{host: "${host}", username: robot, password: new-password, plainHttp: true, gitlab: {url: "http://${host}", token: "\${file:${path('password')}}"}}]`,
    env: {},
  }))
  await look()
  await tell()
  await writeSecret('glpat-new')

  await look()
  await tell()

  const tokens = fake.requests.filter(({ kind }) => kind === 'other').map(({ headers }) => headers['private-token'])
  expect(new Set(tokens)).toEqual(new Set(['old-password', 'glpat-new']))
})
