import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { appError, useConfigFolder } from '../../test/fakes/config-folder.ts'
import { loadConfig } from './load.ts'

const { path, load, problems } = useConfigFolder()

describe('without a file', () => {
  test('every value is its default', async () => {
    const config = await loadConfig({
      env: {},
      home: '/home/me',
      isRoot: false,
      defaultFile: path('none.yml'),
    })

    expect(config).toEqual({
      file: null,
      metrics: null,
      pollIntervalMs: 300_000,
      watch: 'labelled',
      targets: [
        {
          name: 'local',
          kind: 'docker',
          host: 'unix:///var/run/docker.sock',
          allowInsecure: false,
          maxParallel: 1,
          maxChanges: 'default',
          brake: true,
        },
      ],
      groups: new Map(),
      registries: [],
      gitlabImages: [],
      listen: null,
      events: [],
      eventQueues: [],
      dockerConfigFile: '/home/me/.docker/config.json',
      isDockerConfigNamed: false,
      dockerCertsFolder: '/etc/docker/certs.d',
      defaults: {
        policy: 'digest',
        tags: null,
        minAge: null,
        mode: 'auto',
        order: 'auto',
        gate: { stableMs: 10_000, minUptimeMs: 30_000, deadlineMs: 120_000, probe: null },
        keepOldMs: 600_000,
        keepImages: 1,
        onManualChange: 'hold',
        writeDigest: false,
        group: null,
        after: [],
        hooks: { beforeRollout: [], afterRollout: [], beforeRollback: [], afterRollback: [] },
        hookRetryMs: 300_000,
        stopped: 'ignore',
        autoRemove: 'leave',
        jobs: 'leave',
      },
      rules: [],
      ensured: [],
      compose: { roots: [], allowRemote: false },
      composeServices: [],
      stateFolder: '/home/me/.local/state/longshore',
      stateFallback: null,
      stateDatabase: null,
      backups: { keep: 5, folder: '/home/me/.local/state/longshore/backups', onNewer: 'restore' },
      log: { level: 'info', format: 'plain' },
    })
  })

  test('the surroundings say where the engine, the credentials and the state are', async () => {
    const defaultFile = path('none.yml')
    const env = { DOCKER_HOST: 'unix:///run/d.sock', DOCKER_CONFIG: '/etc/docker-client', XDG_STATE_HOME: '/state' }

    const mine = await loadConfig({ env, home: '/home/me', isRoot: false, defaultFile })
    const roots = await loadConfig({ env, home: '/root', isRoot: true, defaultFile })

    expect(mine.targets[0]?.host).toBe('unix:///run/d.sock')
    expect(mine.dockerConfigFile).toBe('/etc/docker-client/config.json')
    expect(mine.stateFolder).toBe('/state/longshore')
    expect(roots.stateFolder).toBe('/var/lib/longshore')
  })

  test('the default file is read when it exists, and a file that was named must exist', async () => {
    await writeFile(path(), 'watch: all', { mode: 0o600 })
    const missing = path('none.yml')

    expect(await loadConfig({ env: {}, defaultFile: path() })).toMatchObject({ file: path(), watch: 'all' })
    expect(await loadConfig({ env: { LONGSHORE_CONFIG: path() }, defaultFile: missing })).toMatchObject({
      file: path(),
    })
    expect(await appError(loadConfig({ env: {}, file: missing }))).toMatchObject({ code: 'CONFIG_NOT_FOUND' })
    expect(await appError(loadConfig({ env: { LONGSHORE_CONFIG: missing } }))).toMatchObject({
      code: 'CONFIG_NOT_FOUND',
    })
  })
})

describe('a file', () => {
  test('sets everything there is', async () => {
    const config = await load(`
pollInterval: 1h
watch: all
targets: [{name: edge-1, kind: docker, host: 'tcp://10.0.0.1:2375', allowInsecure: true}]
registries:
  - {host: index.docker.io, path: team/web, username: me, password: sesame-street, concurrency: 2}
  - {host: 'localhost:5000', plainHttp: true, authRealms: [auth.example.com]}
dockerConfig: ~/docker.json
workloads:
  - match: {name: db*}
    watch: false
  - match: {label: tier=front, image: nginx}
    mode: notify
    gate: {stable: 1m}
    keepOld: 1d
defaults: {onManualChange: reapply, keepImages: 0}
state: /srv/state
log: {level: debug, format: json}
`)

    expect(config).toMatchObject({
      pollIntervalMs: 3_600_000,
      watch: 'all',
      targets: [{ name: 'edge-1', host: 'tcp://10.0.0.1:2375', allowInsecure: true }],
      dockerConfigFile: '/home/me/docker.json',
      stateFolder: '/srv/state',
      log: { level: 'debug', format: 'json' },
      defaults: { onManualChange: 'reapply', keepImages: 0, mode: 'auto' },
    })
    expect(config.registries).toMatchObject([
      { host: 'docker.io', path: 'team/web', credentials: { username: 'me' }, concurrency: 2 },
      { host: 'localhost:5000', path: null, plainHttp: true, credentials: null, authRealms: ['auth.example.com'] },
    ])
    expect(config.registries[0]?.credentials?.password.reveal()).toBe('sesame-street')
    expect(config.rules).toMatchObject([
      { match: { name: 'db*' }, watch: false },
      { watch: true, settings: { mode: 'notify', gate: { stableMs: 60_000 }, keepOldMs: 86_400_000 } },
    ])
  })

  test('may be JSON, indented with tabs', async () => {
    expect(await load('{\n\t"watch": "all",\n\t"registries": [\n\t]\n}')).toMatchObject({ watch: 'all' })
  })

  test('may be empty, and may have keys without a value', async () => {
    expect(await load('')).toMatchObject({ watch: 'labelled' })
    expect(await load('# nothing\n')).toMatchObject({ watch: 'labelled' })
    expect(await load('registries:\n# - host: x\nlog:\n')).toMatchObject({ registries: [], log: { level: 'info' } })
  })

  test('may use anchors', async () => {
    const config = await load(
      'defaults: {gate: &slow {deadline: 5m}}\nworkloads:\n  - match: {name: a}\n    gate: *slow\n',
    )

    expect(config.rules[0]?.settings.gate?.deadlineMs).toBe(300_000)
  })

  test('gives a configuration that nobody can change', async () => {
    const config = await load('workloads: [{match: {name: a}}]')

    expect(Object.isFrozen(config.defaults.gate)).toBe(true)
    expect(Object.isFrozen(config.rules[0]?.match)).toBe(true)
    expect(Object.isFrozen(config.targets)).toBe(true)
  })
})

describe('the environment', () => {
  test('is over the file, and the command line over both', async () => {
    const env = {
      LONGSHORE_STATE: '/env',
      LONGSHORE_POLL_INTERVAL: '1m',
      LONGSHORE_WATCH: 'all',
      LONGSHORE_MODE: 'notify',
      LONGSHORE_LOG_LEVEL: 'warn',
      LONGSHORE_LOG_FORMAT: 'json',
    }
    const text = 'pollInterval: 2m\ndefaults: {mode: auto, keepImages: 3}\nstate: /file\n'

    expect(await load(text, { env })).toMatchObject({
      pollIntervalMs: 60_000,
      watch: 'all',
      defaults: { mode: 'notify', keepImages: 3 },
      stateFolder: '/env',
      log: { level: 'warn', format: 'json' },
    })
    expect(await load(text, { env, state: '/flag' })).toMatchObject({ stateFolder: '/flag' })
    expect(await load(text, { env: {}, state: 'here' })).toMatchObject({ stateFolder: join(process.cwd(), 'here') })
  })

  test('names the backups also as docker-auto-updater does, weaker than in our own words', async () => {
    const seed = { STATE_BACKUPS: '7', STATE_BACKUP_DIR: 'there' }
    const own = { LONGSHORE_BACKUPS_KEEP: '9', LONGSHORE_BACKUPS_FOLDER: '/own' }
    const text = 'state: /file\nbackups: {keep: 2}\n'

    expect((await load(text)).backups).toEqual({ keep: 2, folder: '/file/backups', onNewer: 'restore' })
    expect((await load(text, { env: seed })).backups).toMatchObject({ keep: 7, folder: join(process.cwd(), 'there') })
    expect((await load(text, { env: { ...seed, ...own } })).backups).toMatchObject({ keep: 9, folder: '/own' })
    await expect(load(text, { env: { STATE_BACKUPS: '-1' } })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('STATE_BACKUPS: must be a whole number from 0 to 1000'),
    })
  })

  test('counts as silent where a variable is empty', async () => {
    expect(await load('watch: all', { env: { LONGSHORE_WATCH: '', LONGSHORE_CONFIG: '' } })).toMatchObject({
      watch: 'all',
    })
  })

  test('is named when it is wrong, beside what is wrong in the file', async () => {
    const env = { LONGSHORE_MODE: 'nofity', LONGSHORE_POLL_INTERVAL: '5', LONGSHORE_ZEBRA: '1', LONGSHORE_STAET: '' }

    expect(await problems('wacth: all', { env })).toEqual([
      'longshore.yml:1: wacth: unknown key; did you mean watch?',
      'LONGSHORE_POLL_INTERVAL: needs a unit: 30s, 5m, 1h or 2d',
      'LONGSHORE_MODE: must be one of auto, notify; did you mean notify?',
      'LONGSHORE_STAET: unknown variable; did you mean LONGSHORE_STATE?',
      'LONGSHORE_ZEBRA: unknown variable',
    ])
  })

  test('may hold variables that the file reads, and those that Kubernetes sets', async () => {
    const env = {
      LONGSHORE_HUB_PASSWORD: 'sesame-street',
      LONGSHORE_SERVICE_HOST: '10.0.0.1',
      LONGSHORE_PORT_80_TCP: 'tcp://10.0.0.1:80',
    }

    const config = await load('registries: [{host: a.b, username: u, password: "${LONGSHORE_HUB_PASSWORD}"}]', { env })

    expect(config.registries[0]?.credentials?.password.reveal()).toBe('sesame-street')
  })
})
