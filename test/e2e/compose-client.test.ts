import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createCompose, type Compose } from '../../src/clients/compose/compose.ts'
import type { ComposeProject } from '../../src/clients/compose/project.ts'
import type { ComposeStep } from '../../src/clients/compose/steps.ts'
import { hashAsMade } from '../../src/targets/compose/hash-as-made.ts'
import { composeContainer, composeLabels, composeService } from '../fakes/compose-services.ts'
import { stageCompose } from '../fakes/compose-stage.ts'
import { run } from '../services/command.ts'
import { docker, inspect } from '../services/docker.ts'
import type { Behaviour } from '../services/image-content.ts'
import { pushImage } from '../services/images.ts'
import { describeWithServices, uniqueName } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'
import type { ComposeChildTask } from './compose-client-child.ts'

const hashLabel = 'com.docker.compose.config-hash'

describeWithServices("the user's own docker compose", ({ engineHost, registryAddress }) => {
  const { signal } = new AbortController()
  const images = uniqueName('compose-images')
  let compose: Compose
  let folder: string
  let project: ComposeProject

  beforeAll(async () => {
    compose = createCompose({ engineHost, environment: { ...process.env, TAG: 'not-ours-to-say' } })
    await Promise.all([pull('v1'), pull('v2'), pull('job', 'completes'), pull('broken', 'cannot-start')])
  })
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'longshore-compose-test-'))
    const file = join(folder, 'compose.yaml')
    project = { files: [file], projectDirectory: folder, project: uniqueName('shop'), envFiles: [], profiles: [] }
  })
  afterEach(async () => {
    // By the project's name alone: what a test left in its file may be wrong on purpose.
    await docker(engineHost, 'compose', '--project-name', project.project, 'down', '--volumes', '--timeout', '0')
    expect(await docker(engineHost, 'network', 'ls', '--quiet', '--filter', `name=${project.project}_`)).toBe('')
    rmSync(folder, { recursive: true })
  })
  afterAll(async () => {
    const tags = ['v1', 'v2', 'job', 'broken'].map((tag) => image(tag))
    await docker(engineHost, 'image', 'rm', '--force', ...tags)
  })

  const image = (tag: string): string => `${registryAddress}/${images}:${tag}`

  async function pull(tag: string, behaviour: Behaviour = 'healthy'): Promise<void> {
    const options = { repository: images, tag, version: tag, behaviour, healthcheck: false }
    await docker(engineHost, 'pull', '--quiet', (await pushImage({ address: registryAddress }, options)).reference)
  }

  /** JSON is YAML. */
  const write = (services: Readonly<Record<string, object>>): void =>
    writeFileSync(
      join(folder, 'compose.yaml'),
      JSON.stringify({ services: mapValues(services, (service) => ({ stop_grace_period: '1s', ...service })) }),
    )

  /** As a person types it, in the folder. */
  const byHand = (...args: string[]): Promise<string> => {
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], DOCKER_HOST: engineHost }
    return run(
      'docker',
      [
        'compose',
        '--project-directory',
        folder,
        '--file',
        join(folder, 'compose.yaml'),
        '--project-name',
        project.project,
        ...args,
      ],
      { env },
    )
  }

  const container = async (service: string, number = 1) => {
    const found = await inspect(engineHost, `${project.project}-${service}-${number}`)
    if (found === undefined) throw new Error(`${service} has no container ${number}`)
    return found
  }

  const summary = (steps: readonly ComposeStep[]): readonly string[] =>
    steps
      .filter(({ kind }) => kind === 'container')
      .map(({ name, action }) => `${name.replace(`${project.project}-`, '')} ${action}`)
      .toSorted()

  const dryRun = async (services: readonly string[] = []) =>
    summary((await compose.dryRunUp(project, services, {}, signal)).steps)

  test('is found, with its version', async () => {
    const { command, version } = await compose.find()

    expect(command).toEqual(['docker', 'compose'])
    expect(version).toMatch(/^\d+\.\d+\.\d+$/)
  })

  test('writes the hash on containers that it gives for the files, whatever our environment says', async () => {
    writeFileSync(join(folder, '.env'), 'TAG=v1\n')
    write({ db: { image: image('v1') }, web: { image: image('${TAG}'), depends_on: ['db'], deploy: { replicas: 2 } } })
    await byHand('up', '--detach')

    const hashes = await Promise.all(['db', 'web'].map((service) => compose.configHash(project, service, signal)))

    expect(hashes[0]).toBe((await container('db')).Config.Labels[hashLabel])
    expect(hashes[1]).toBe((await container('web')).Config.Labels[hashLabel])
    expect(hashes[1]).toBe((await container('web', 2)).Config.Labels[hashLabel])
    const { services } = await compose.readConfig(project, signal)
    expect(services.get('web')).toMatchObject({
      image: image('v1'),
      replicas: 2,
      dependsOn: { db: { condition: 'service_started' } },
    })
    writeFileSync(join(folder, '.env'), 'TAG=v2\n')
    expect(await compose.configHash(project, 'web', signal)).not.toBe(hashes[1])
  })

  test('gives no equal hash for a service in another’s network, whose dry run tells the truth', async () => {
    write({
      vpn: { image: image('v1') },
      web: { image: image('v1'), network_mode: 'service:vpn', environment: { PORT: '' } },
    })
    await byHand('up', '--detach')

    expect((await compose.readConfig(project, signal)).services.get('web')?.follows).toEqual(['vpn'])
    expect(await compose.configHash(project, 'web', signal)).not.toBe((await container('web')).Config.Labels[hashLabel])
    expect(await dryRun()).toEqual(['vpn-1 untouched', 'web-1 untouched'])
  })

  test('gives the hash that a service was made with only while its file names what it lived in', async () => {
    const stage = stageCompose()
    const id = 'ab'.repeat(32)
    stage.world.containers = [composeContainer({ project: project.project, service: 'vpn', id })]
    const service = composeService({
      project: project.project,
      inspect: { HostConfig: { NetworkMode: `container:${id}` } },
      labels: composeLabels({ depends_on: 'db:service_started:false,vpn:service_started:true' }),
    })
    const wrote = { network_mode: 'service:vpn', depends_on: ['db'] }
    const others = { vpn: { image: image('v1') }, db: { image: image('v1') } }
    const asMade = async (web: object) => {
      write({ ...others, web: { image: image('v1'), ...web } })
      return hashAsMade({ ...stage.deps, compose }, project, service, signal)
    }
    const vpn = { condition: 'service_started', restart: true }
    write({
      ...others,
      web: {
        image: image('v1'),
        network_mode: `container:${id}`,
        depends_on: { db: { condition: 'service_started' }, vpn },
      },
    })
    const made = await compose.configHash(project, 'web', signal)

    expect(await asMade(wrote)).toBe(made)
    expect(await asMade({ depends_on: ['db'] })).toBeNull()
    expect(await asMade({ ...wrote, network_mode: 'service:db' })).toBeNull()
    expect(await asMade({ network_mode: 'service:vpn' })).not.toBe(made)
    stage.close()
  })

  test('recreates what changed and nothing else, so that an up by hand has nothing to do', async () => {
    write({ db: { image: image('v1') }, web: { image: image('v1'), depends_on: ['db'] } })
    await byHand('up', '--detach')
    const before = await container('db')
    write({ db: { image: image('v1') }, web: { image: image('v2'), depends_on: ['db'], pull_policy: 'always' } })

    expect(await dryRun(['web'])).toEqual(['db-1 untouched', 'web-1 recreate'])
    expect((await container('web')).Config.Image).toBe(image('v1'))
    const steps = await compose.up(project, ['web'], { timeoutSeconds: 0 }, signal)

    expect(summary(steps)).toEqual(['db-1 untouched', 'web-1 recreate'])
    expect(await container('web')).toMatchObject({ Config: { Image: image('v2') }, State: { Running: true } })
    expect((await container('db')).Id).toBe(before.Id)
    expect(await dryRun()).toEqual(['db-1 untouched', 'web-1 untouched'])
  })

  test('adds an instance of the new version beside the old', async () => {
    write({ web: { image: image('v1') } })
    await byHand('up', '--detach')
    write({ web: { image: image('v2') } })

    await compose.up(project, ['web'], { noRecreate: true, scale: { web: 2 } }, signal)

    expect((await container('web', 1)).Config.Image).toBe(image('v1'))
    expect((await container('web', 2)).Config.Image).toBe(image('v2'))
    expect((await container('web', 2)).Config.Labels[hashLabel]).toBe(await compose.configHash(project, 'web', signal))
  })

  test('would run a finished job again, and its dry run says so', async () => {
    write({
      job: { image: image('job') },
      web: { image: image('v1'), depends_on: { job: { condition: 'service_completed_successfully' } } },
    })
    await byHand('up', '--detach')

    expect(await dryRun(['web'])).toEqual(['job-1 start', 'web-1 untouched'])
  })

  test('names the variables that nothing sets', async () => {
    write({ web: { image: image('${TAG}'), environment: { A: '${OTHER}', B: '${KNOWN:-x}' } } })

    expect((await compose.readConfig(project, signal)).unsetVariables).toEqual(['OTHER', 'TAG'])
  })

  test.each([
    ['services:\n  web:\n    image: x\n   ports: y\n', /compose\.yaml: yaml: line \d+: /],
    ['services:\n  web:\n    image: x\n    portz: []\n', /compose\.yaml.*portz/],
    ['services:\n  web:\n    image: "x:${TAG:?say which}"\n', /compose\.yaml.*TAG.*say which/],
    ['include: ["https://127.0.0.1:1/a/b.git"]\nservices:\n  web:\n    image: x\n', /compose\.yaml.*remote/],
  ])('refuses the file %j with its own words', async (text, message) => {
    writeFileSync(join(folder, 'compose.yaml'), text)

    await expect(compose.readConfig(project, signal)).rejects.toMatchObject({
      code: 'COMPOSE_FILE_INVALID',
      message: expect.stringMatching(message),
    })
  })

  test('tells a port that somebody else has from an image that cannot start', async () => {
    write({ one: { image: image('v1'), ports: ['127.0.0.1::8080'] } })
    await byHand('up', '--detach')
    const port = (await container('one')).NetworkSettings.Ports['8080/tcp']?.[0]?.HostPort
    write({
      one: { image: image('v1'), ports: ['127.0.0.1::8080'] },
      two: { image: image('v1'), ports: [`127.0.0.1:${port}:8080`] },
      bad: { image: image('broken') },
    })

    await expect(compose.up(project, ['two'], {}, signal)).rejects.toMatchObject({ code: 'TARGET_CONFLICT' })
    await expect(compose.up(project, ['bad'], {}, signal)).rejects.toMatchObject({ code: 'TARGET_START_FAILED' })
  })

  test('does not pull what is not there', async () => {
    write({ web: { image: image('never-pulled'), pull_policy: 'always' } })

    await expect(compose.up(project, ['web'], {}, signal)).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: expect.stringContaining('No such image'),
    })
  })

  test('tells in a dry run of a dependency that is not healthy', async () => {
    const healthcheck = { test: ['CMD', 'test', '!', '-e', '/tmp/sick'], interval: '500ms', retries: 1 }
    const services = (tag: string) => ({
      db: { image: image('v1'), healthcheck },
      web: { image: image(tag), depends_on: { db: { condition: 'service_healthy' } } },
    })
    write(services('v1'))
    await byHand('up', '--detach')
    await docker(engineHost, 'exec', `${project.project}-db-1`, 'touch', '/tmp/sick')
    await waitUntil('it is unhealthy', async () => (await container('db')).State.Health?.Status === 'unhealthy')
    write(services('v2'))

    const { problem } = await compose.dryRunUp(project, ['web'], {}, signal)

    expect(problem).toMatchObject({
      code: 'COMPOSE_DEPENDENCY_UNREADY',
      message: expect.stringContaining('db-1 is unhealthy'),
    })
    expect((await container('web')).State.Running).toBe(true)
  })

  test('says so when the engine is away', async () => {
    write({ web: { image: image('v1') } })
    const away = createCompose({ engineHost: `unix://${folder}/no.sock`, environment: process.env })

    await expect(away.up(project, ['web'], {}, signal)).rejects.toMatchObject({ code: 'TARGET_UNAVAILABLE' })
    expect(await away.configHash(project, 'web', signal)).toMatch(/^[0-9a-f]{64}$/)
  })

  test('goes on when we are killed in the middle of an up, and is waited for', async () => {
    const deaf = { entrypoint: ['/bin/sh', '-c', "trap '' TERM; while true; do sleep 1; done"] }
    write({ web: { image: image('v1'), ...deaf } })
    await byHand('up', '--detach')
    write({ web: { image: image('v2'), ...deaf } })
    const operation = uniqueName('operation')
    const task: ComposeChildTask = {
      engineHost,
      project,
      services: ['web'],
      options: { operation, timeoutSeconds: 10 },
    }
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'compose-client-child.ts'), JSON.stringify(task)],
      { stdio: 'ignore' },
    )
    const exited = once(child, 'exit')
    const old = (await container('web')).Id.slice(0, 12)
    await waitUntil('the new container is made, and the old one is told to stop', () =>
      inspect(engineHost, `${old}_${project.project}-web-1`),
    )

    child.kill('SIGKILL')
    await exited

    expect((await compose.findProcesses(operation)).length).toBeGreaterThan(0)
    expect((await container('web')).Config.Image).toBe(image('v1'))
    expect(await compose.waitForOrphans(operation, signal)).toBeGreaterThan(0)
    expect(await container('web')).toMatchObject({ Config: { Image: image('v2') }, State: { Running: true } })
    expect(await dryRun()).toEqual(['web-1 untouched'])
  })
})

function mapValues<Value, Result>(
  values: Readonly<Record<string, Value>>,
  change: (value: Value) => Result,
): Record<string, Result> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]))
}
