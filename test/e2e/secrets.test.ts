import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startFakeRegistry, type FakeRegistry } from '../fakes/registry.ts'
import type { Auth } from '../fakes/registry/sign-in.ts'
import { pushImage } from '../services/images.ts'
import { describeWithServices } from '../services/shared.ts'
import { outlastsEnds } from './stage/gates.ts'
import { openGround, type Ended, type Ground } from './stage/ground.ts'

const username = 'robot'
/** One password per way of handing it over. */
const passwords = {
  config: 'canary/in the config',
  file: 'canary-in-a-file',
  variable: 'canary-in-a-variable',
  docker: 'canary-in-docker-config',
  wrong: 'canary-that-is-wrong',
} as const
type Way = keyof typeof passwords
const ways = ['config', 'file', 'variable', 'docker', 'wrong'] as const satisfies readonly Way[]

const containerValue = 'canary-of-the-container'
const imageValue = 'canary-of-the-image'

/** Every spelling in which a value may get out. */
const spellings = (value: string): readonly string[] =>
  [value, Buffer.from(value).toString('base64'), encodeURIComponent(value), JSON.stringify(value).slice(1, -1)].map(
    (each) => each.replace(/=+$/, ''),
  )

describeWithServices('secrets', () => {
  let ground: Ground
  const registries = new Map<Way, FakeRegistry>()
  /** What was run, with all that it printed. */
  const said = new Map<string, Ended>()
  /** The state files while a rollout is open, and after all have ended. */
  let openState: string
  let endedState: string
  /** What was the state at some time. */
  let backups: string
  let ourLabels: string

  beforeAll(async () => {
    ground = await openGround()
    for (const way of ways) await setUpWorkload(way)
    const files = writeConfig()
    await askEverything('at first')
    await say('run --once', ['run', '--once', '--output', 'json'], 'json')
    await askEverything('after a good and a bad rollout')
    openState = readState()
    ourLabels = await ground.docker('inspect', '--format', '{{json .Config.Labels}}', 'config', 'file')

    // The next rollout of each ends the one whose old version is kept.
    for (const way of ['config', 'variable', 'docker'] as const) await push(way, '3')
    ground.configure({ ...files, defaults: { gate: { stable: '1s', minUptime: '1s' }, keepOld: '0s', keepImages: 0 } })
    await say('run --once again', ['run', '--once'], 'plain')
    endedState = readState()
    backups = readFiles(join(ground.folder(), 'state/backups'))

    await sayWhatIsWrong(files)
  })

  afterAll(async () => {
    await ground?.close()
    for (const registry of registries.values()) await registry.close()
  })

  /** A container of version 1, and version 2 in the registry. */
  async function setUpWorkload(way: Way): Promise<void> {
    const registry = await startFakeRegistry()
    registries.set(way, registry)
    await push(way, '1')
    const image = `${registry.host}/${way}:stable`
    const labels = ['--label', 'longshore.watch=true']
    await ground.docker('run', '-d', '--name', way, '-e', `APP_SECRET=${containerValue}`, ...labels, image)
    await push(way, '2')
  }

  /**
   * From version 2 on, the registry wants the password. One version 2 prints its environment and ends, as programs do
   * that lack something.
   */
  async function push(way: Way, version: string): Promise<void> {
    const registry = registries.get(way)
    if (registry === undefined) throw new Error(`there is no registry for ${way}`)
    registry.setAuth({ kind: 'none' })
    const isBad = way === 'file' && version === '2'
    const settings = { healthcheck: false, env: { PORT: '', IMAGE_SECRET: `${imageValue}-${version}` } }
    const bad = { cmd: ['/bin/sh', '-c', 'echo cannot go on with; env; exit 1'] }
    const at = { repository: way, tag: 'stable', version: `${version} of ${way}` }
    await pushImage({ address: registry.host }, { ...at, ...settings, ...(isBad && bad) })
    if (version === '1') return
    const password = way === 'wrong' ? 'the right one' : passwords[way]
    registry.setAuth({ kind: way === 'file' ? 'token' : 'basic', username, password } satisfies Auth)
  }

  const host = (way: Way) => registries.get(way)?.host ?? ''

  function writeConfig() {
    const secretFile = join(ground.folder(), 'secret')
    writeFileSync(secretFile, `${passwords.file}\n`, { mode: 0o600 })
    const auth = Buffer.from(`${username}:${passwords.docker}`).toString('base64')
    mkdirSync(join(ground.folder(), 'docker'))
    const dockerConfig = join(ground.folder(), 'docker/config.json')
    writeFileSync(dockerConfig, JSON.stringify({ auths: { [host('docker')]: { auth } } }), { mode: 0o600 })
    const config = {
      dockerConfig,
      defaults: { gate: { stable: '1s', minUptime: outlastsEnds, deadline: '20s' }, keepOld: '1h' },
      registries: [
        { host: host('config'), username, password: passwords.config },
        { host: host('file'), username, password: `\${file:${secretFile}}` },
        { host: host('variable'), username, password: '${REGISTRY_PASSWORD}' },
        { host: host('wrong'), username, password: passwords.wrong },
      ],
    }
    ground.configure(config)
    return config
  }

  async function say(name: string, args: readonly string[], log: 'plain' | 'json'): Promise<void> {
    const env = {
      REGISTRY_PASSWORD: passwords.variable,
      LONGSHORE_LOG_LEVEL: 'trace',
      LONGSHORE_LOG_FORMAT: log,
    }
    said.set(name, await ground.longshore(args, env))
  }

  /** Everything that only reads, in both forms. */
  async function askEverything(when: string): Promise<void> {
    for (const output of ['table', 'json']) {
      const form = ['--output', output]
      await say(`plan ${output} ${when}`, ['plan', ...form], 'json')
      await say(`status ${output} ${when}`, ['status', ...form], 'plain')
      await say(`history ${output} ${when}`, ['history', '--journal', ...form], 'plain')
    }
    await say(`config check ${when}`, ['config', 'check'], 'plain')
  }

  /** Configurations that are wrong where the password stands. */
  async function sayWhatIsWrong(config: ReturnType<typeof writeConfig>): Promise<void> {
    const [first] = config.registries
    const wrong = {
      'a password as a list': { ...first, password: [passwords.config] },
      'a password under a mistyped key': { host: first?.host, username, pasword: passwords.config },
      'a password without a user name': { host: first?.host, password: passwords.config },
      'a password in the host': { host: `${username}:${encodeURIComponent(passwords.config)}@${first?.host}` },
      'a password with a variable that is not set': { ...first, password: `${passwords.config}\${NOT_SET}` },
    }
    for (const [name, registry] of Object.entries(wrong)) {
      ground.configure({ ...config, registries: [registry] })
      await say(name, ['config', 'check'], 'plain')
      await say(`${name}, run`, ['run', '--once', '--output', 'json'], 'json')
    }
    writeFileSync(join(ground.folder(), 'longshore.yml'), `registries: [{password: "${passwords.config}"`)
    await say('a file that is cut off', ['config', 'check'], 'plain')
  }

  /** All files of the state, read by us after the command has ended. */
  const readState = () => readFiles(join(ground.folder(), 'state'))

  function readFiles(folder: string): string {
    return readdirSync(folder, { withFileTypes: true })
      .filter((each) => each.isFile())
      .map(({ name }) => readFileSync(join(folder, name), 'latin1'))
      .join('\n')
  }

  const everythingSaid = () => [...said].map(([name, { stdout, stderr }]) => ({ name, text: `${stdout}\n${stderr}` }))

  const leaks = (values: readonly string[]) =>
    everythingSaid().flatMap(({ name, text }) =>
      values.flatMap(spellings).flatMap((value) => (text.includes(value) ? [`${value} in ${name}:\n${text}`] : [])),
    )

  test('were put to use: one rollout was good, one went back, one was refused, and all that is wrong was said so', () => {
    const { code, stdout } = said.get('run --once') ?? { code: 0, stdout: '{}' }
    const { rollouts, workloads } = JSON.parse(stdout) as {
      rollouts: { workload: string; outcome: string }[]
      workloads: { id: string; code: string }[]
    } // our own output
    const outcomes = Object.fromEntries(rollouts.map((each) => [each.workload.slice(16), each.outcome]))

    expect(code).toBe(1)
    expect(outcomes).toEqual({ config: 'succeeded', file: 'rolled-back', variable: 'succeeded', docker: 'succeeded' })
    expect(workloads.find((each) => each.id.endsWith('/wrong'))?.code).toBe('REGISTRY_UNAUTHORIZED')
    const wrong = everythingSaid().filter(({ name }) => name.startsWith('a '))
    expect(wrong.filter(({ text }) => !text.includes('CONFIG_INVALID'))).toEqual([])
  })

  test('of registries appear in no output and no log', () => {
    expect(leaks(Object.values(passwords))).toEqual([])
  })

  test('of registries are not in the state, nor in its backups', () => {
    const values = Object.values(passwords).flatMap(spellings)

    expect(backups).not.toBe('')
    expect(values.filter((value) => (openState + endedState + backups).includes(value))).toEqual([])
  })

  test('that are sent are in no output and not in the state', () => {
    const sent = [...registries.values()]
      .flatMap((registry) => registry.requests)
      .flatMap(({ headers }) => headers.authorization?.split(' ')[1] ?? [])

    expect(new Set(sent).size).toBeGreaterThan(4)
    expect(leaks(sent)).toEqual([])
    expect(sent.filter((value) => (openState + endedState + backups).includes(value))).toEqual([])
  })

  test('of a workload appear in no output and no log, not even in what it printed itself', () => {
    const history = said.get('history json after a good and a bad rollout')?.stdout

    expect(history).toContain('cannot go on with')
    expect(history).toContain('APP_SECRET=***')
    expect(leaks([containerValue, imageValue])).toEqual([])
  })

  test('of a workload are in no label of ours', () => {
    expect(ourLabels).toContain('longshore.operation')
    for (const value of [containerValue, imageValue, ...Object.values(passwords)].flatMap(spellings)) {
      expect(ourLabels).not.toContain(value)
    }
  })

  test('of a workload are in the state while a rollout is open, and gone when it has ended', () => {
    const values = [containerValue, imageValue].flatMap(spellings)

    expect(openState.includes(containerValue)).toBe(true)
    expect(values.filter((value) => endedState.includes(value))).toEqual([])
  })
})
