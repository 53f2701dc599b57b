import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { stageComposeCommand, type FakeAnswer } from '../../../test/fakes/compose-command.ts'
import { waitUntil } from '../../../test/services/wait.ts'
import { systemClock } from '../../lib/clock.ts'
import { createCompose } from './compose.ts'
import { waitForOrphans } from './orphans.ts'
import type { ComposeProject } from './project.ts'

const version: FakeAnswer = { when: 'version --short', stdout: '2.26.1-4\n' }
const { signal } = new AbortController()

let fake: ReturnType<typeof stageComposeCommand>
let project: ComposeProject
beforeEach(() => {
  fake = stageComposeCommand()
  project = {
    files: [`${fake.folder}/a.yaml`, `${fake.folder}/b.yaml`],
    projectDirectory: fake.folder,
    project: 'shop',
    envFiles: [],
    profiles: ['web'],
  }
})
afterEach(() => fake.close())

const compose = (environment: Readonly<Record<string, string>> = {}) =>
  createCompose({ engineHost: 'unix:///engine.sock', environment: { PATH: fake.path, ...environment } })

describe('what only reads', () => {
  const told: FakeAnswer = { when: 'info', stdout: '' }

  test('is asked of the plug-in itself, where docker tells of it, and what changes things of docker', async () => {
    const plugin = join(fake.path, 'docker-compose')
    fake.answer('docker', [version, { ...told, stdout: `buildx /elsewhere\ncompose ${plugin}\n` }, { when: 'up' }])
    fake.answer('docker-compose', [version, { when: 'config', stdout: `web ${'a'.repeat(64)}\n` }])
    const one = compose()

    await one.configHash(project, 'web', signal)
    await one.up(project, ['web'], {}, signal)

    expect(await one.find()).toMatchObject({ command: ['docker', 'compose'], reader: [plugin] })
    expect(fake.calls('docker-compose').at(-1)?.args).toContain('config')
    expect(fake.calls().flatMap(({ args }) => args)).not.toContain('config')
    expect(fake.calls().at(-1)?.args.slice(0, 2)).toEqual(['compose', '--ansi'])
  })

  test.each([
    ['docker does not tell where it is', [{ ...told, code: 1 }]],
    ['it is of another version', [{ ...told, stdout: 'compose /bin/true\n' }]],
  ])('is asked of docker where %s', async (_, answers) => {
    fake.answer('docker', [version, ...answers])

    expect(await compose().find()).toMatchObject({ reader: ['docker', 'compose'] })
  })
})

describe('every command', () => {
  test('gets the project, no input, and nothing of our environment but what finds programs and credentials', async () => {
    fake.answer('docker', [version, { when: 'up' }])
    const ours = {
      HOME: '/home/me',
      DOCKER_CONFIG: '/keys',
      LONGSHORE_TOKEN: 'x',
      TAG: 'v9',
      COMPOSE_FILE: 'other.yaml',
      DOCKER_HOST: 'tcp://other',
    }

    await compose(ours).up(
      { ...project, envFiles: ['/env/one'] },
      ['web'],
      { scale: { web: 2 }, timeoutSeconds: 5, operation: 'op-1' },
      signal,
    )

    const call = fake.calls().at(-1)
    expect(call?.args.join(' ')).toBe(
      `compose --ansi never --progress plain --file ${fake.folder}/a.yaml --file ${fake.folder}/b.yaml --project-directory ${fake.folder} --project-name shop --env-file /env/one --profile web up --detach --no-build --pull never --remove-orphans=false --timeout 5 --scale web=2 -- web`,
    )
    const { PWD: _pwd, SHLVL: _shlvl, _: __, OLDPWD: _oldpwd, ...environment } = call?.environment ?? {} // The fake's shell sets these.
    expect(environment).toEqual({
      PATH: fake.path,
      HOME: '/home/me',
      DOCKER_CONFIG: '/keys',
      DOCKER_HOST: 'unix:///engine.sock',
      COMPOSE_EXPERIMENTAL_GIT_REMOTE: 'false',
      COMPOSE_EXPERIMENTAL_OCI_REMOTE: 'false',
      LONGSHORE_OPERATION: 'op-1',
    })
    expect(call).toMatchObject({ folder: fake.folder, input: '' })
  })

  test('writes nothing into the home folder in a dry run: it gets a folder of its own, which goes', async () => {
    fake.answer('docker', [version, { when: '--dry-run up' }])

    await compose({ HOME: '/nonexistent' }).dryRunUp(project, ['web'], {}, signal)

    const builder = fake.calls().at(-1)?.environment['BUILDX_CONFIG'] ?? ''
    expect(builder).toMatch(/longshore-/)
    expect(existsSync(builder)).toBe(false)
  })

  test('says why when there is no place for its output', async () => {
    fake.answer('docker', [version])
    const scratchFolder = join(fake.folder, 'gone')

    const read = createCompose({ engineHost: 'unix:///engine.sock', environment: { PATH: fake.path }, scratchFolder })

    await expect(read.readConfig(project, signal)).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: expect.stringContaining(`${scratchFolder} (ENOENT)`),
    })
  })

  test('says which folder is not there', async () => {
    fake.answer('docker', [version])

    const read = compose().readConfig({ ...project, projectDirectory: '/nowhere/at/all' }, signal)

    await expect(read).rejects.toMatchObject({
      code: 'COMPOSE_FILE_INVALID',
      message: expect.stringContaining('/nowhere/at/all'),
    })
  })
})

describe('finding Compose', () => {
  test('asks once for all, however many ask', async () => {
    fake.answer('docker', [version, { when: '--hash', stdout: `web ${'a'.repeat(64)}\n` }])
    const one = compose()

    await Promise.all([one.configHash(project, 'web', signal), one.configHash(project, 'web', signal), one.find()])

    expect(fake.calls().filter(({ args }) => args.includes('version'))).toHaveLength(1)
    expect(await one.find()).toMatchObject({ command: ['docker', 'compose'], version: '2.26.1' })
  })

  test('takes the standalone command where docker has no plug-in', async () => {
    fake.answer('docker', [{ when: 'version', code: 1, stderr: "docker: 'compose' is not a docker command.\n" }])
    fake.answer('docker-compose', [{ when: 'version --short', stdout: 'v2.29.7' }])

    expect(await compose().find()).toMatchObject({ command: ['docker-compose'], version: '2.29.7' })
  })

  test('says what was looked for, and asks again the next time', async () => {
    const one = compose()

    const missing = expect(one.find()).rejects
    await missing.toMatchObject({
      code: 'COMPOSE_MISSING',
      message: `Docker Compose is not here: docker compose (no such program), docker-compose (no such program); looked for on ${JSON.stringify(fake.path)}`,
    })
    fake.answer('docker', [version])

    expect(await one.find()).toMatchObject({ version: '2.26.1' })
  })

  test.each(['2.23.0', '1.29.2', 'v2.17.3'])('refuses version %s, even beside a newer standalone one', async (old) => {
    fake.answer('docker', [{ when: 'version', stdout: old }])
    fake.answer('docker-compose', [version])

    await expect(compose().find()).rejects.toMatchObject({
      code: 'COMPOSE_TOO_OLD',
      message: expect.stringContaining('2.23.1'),
    })
  })

  test('looks again after the command has gone', async () => {
    fake.answer('docker', [version])
    const one = compose()
    await one.find()
    fake.remove('docker')

    await expect(one.readConfig(project, signal)).rejects.toMatchObject({ code: 'COMPOSE_MISSING' })
    fake.answer('docker-compose', [version, { when: 'config', stdout: '{"services":{}}' }])

    expect((await one.readConfig(project, signal)).services.size).toBe(0)
  })
})

describe('limits', () => {
  test('a configuration of more than 1 MiB is refused', async () => {
    fake.answer('docker', [version, { when: 'config', printsBytes: 1024 * 1024 + 1 }])

    await expect(compose().readConfig(project, signal)).rejects.toMatchObject({
      code: 'COMPOSE_FILE_INVALID',
      message: expect.stringContaining('1 MiB'),
    })
  })

  test('a long output of a successful up does no harm', async () => {
    fake.answer('docker', [
      version,
      { when: 'up', printsBytes: 2 * 1024 * 1024, stdout: '\n Container shop-web-1  Recreated\n' },
    ])

    expect(await compose().up(project, ['web'], {}, signal)).toEqual([
      { kind: 'container', name: 'shop-web-1', action: 'recreate' },
    ])
  })

  test('a command that prints without end is ended', async () => {
    fake.answer('docker', [version, { when: 'up', printsBytes: 17 * 1024 * 1024, stays: 'politely' }])

    await expect(compose().up(project, ['web'], {}, signal)).rejects.toMatchObject({ code: 'TARGET_FAILED' })
  })

  test('an up that takes too long is ended', async () => {
    fake.answer('docker', [version, { when: 'up', stays: 'politely' }])

    await expect(compose().up(project, ['web'], { limitMs: 300 }, signal)).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: expect.stringContaining('did not end in time'),
    })
    const [pid = 0] = fake
      .calls()
      .slice(-1)
      .map((call) => call.pid)
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })

  test('a stubborn command is killed', async () => {
    fake.answer('docker', [version, { when: 'config', stays: 'stubbornly' }])
    const stop = new AbortController()

    const read = compose().readConfig(project, stop.signal)
    await waitUntil('it runs', () => fake.calls().some(({ args }) => args.includes('config')))
    stop.abort()

    await expect(read).rejects.toMatchObject({ code: 'ABORTED' })
  }, 20_000)

  test('a dry run that stumbles over a secret of the environment tells what it had told by then', async () => {
    const stderr = ` DRY-RUN MODE -  Container shop-web-1  Recreate
 DRY-RUN MODE -  Could not find the file / in container 8c0f0e0d5ff3_shop-web-1
`
    fake.answer('docker', [version, { when: '--dry-run', stderr, code: 1 }])

    expect(await compose().dryRunUp(project, ['web'], {}, signal)).toEqual({
      steps: [{ kind: 'container', name: 'shop-web-1', action: 'recreate' }],
      problem: null,
    })
  })

  test('a dry run that waits for a dependency tells so', async () => {
    fake.answer('docker', [
      version,
      { when: '--dry-run', stdout: ' DRY-RUN MODE -  Container shop-db-1  Waiting\n', stays: 'politely' },
    ])

    const { steps, problem } = await compose().dryRunUp(project, ['web'], { limitMs: 1000 }, signal)

    expect(problem).toMatchObject({ code: 'COMPOSE_DEPENDENCY_UNREADY' })
    expect(steps).toEqual([{ kind: 'container', name: 'shop-db-1', action: 'untouched' }])
  })
})

describe('an up whose signal fires', () => {
  test('finishes by itself, is found by its operation, and is waited for', async () => {
    const door = join(fake.folder, 'door')
    fake.answer('docker', [version, { when: 'up', waitsFor: door }])
    const one = compose()
    const stop = new AbortController()
    const running = one.up(project, ['web'], { operation: 'op-7' }, stop.signal)
    await waitUntil('it runs', () => fake.calls().at(-1)?.args.includes('up') === true)

    stop.abort()

    await expect(running).rejects.toMatchObject({ code: 'ABORTED' })
    const [call] = fake.calls().slice(-1)
    expect(await one.findProcesses('op-7')).toEqual([{ pid: call?.pid, operation: 'op-7' }])
    expect(await one.findProcesses('op-8')).toEqual([])
    await expect(one.waitForOrphans('op-7', signal, 200)).rejects.toMatchObject({
      code: 'TARGET_CONFLICT',
      message: expect.stringContaining(String(call?.pid)),
    })
    // Let go once it has been seen: it could end before the first look otherwise.
    const sleep = async (ms: number) => {
      writeFileSync(door, '')
      await systemClock.sleep(ms, signal)
    }
    expect(await waitForOrphans('op-7', signal, { ...systemClock, sleep })).toBe(1)
    expect(await one.waitForOrphans('op-7', signal)).toBe(0)
  })

  test('before it began starts nothing', async () => {
    fake.answer('docker', [version])

    await expect(compose().up(project, ['web'], {}, AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORTED' })

    expect(fake.calls().filter(({ args }) => args.includes('up'))).toEqual([])
  })
})

describe('an error', () => {
  test('shows no value of a secret variable', async () => {
    writeFileSync(join(fake.folder, '.env'), `TAG=v1.2.3\nexport DB_PASSWORD="hunter2hunter"\n`)
    fake.answer('docker', [
      version,
      { when: 'config', code: 15, stderr: 'bad hunter2hunter in https://me:pw@host/x for v1.2.3\n' },
    ])

    await expect(compose().readConfig(project, signal)).rejects.toMatchObject({
      message: `${project.files.join(', ')}: bad *** in https://***@host/x for v1.2.3`,
    })
    expect(existsSync(join(fake.folder, '.env'))).toBe(true)
    expect(readFileSync(join(fake.folder, '.env'), 'utf8')).toContain('hunter2')
  })
})
