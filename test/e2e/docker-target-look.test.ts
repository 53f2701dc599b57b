import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TargetChange, Workload } from '../../src/targets/target.ts'
import { waitUntil } from '../services/wait.ts'
import { setDockerStage, type DockerStage } from './docker-target-stage.ts'

let stage: DockerStage
beforeAll(async () => {
  stage = await setDockerStage()
})
afterAll(() => stage?.close())

async function listed(name: string): Promise<Workload | undefined> {
  return (await stage.target.listWorkloads(stage.signal)).find((workload) => workload.name === name)
}

describe('a container as a workload', () => {
  test('has its own labels and nothing that its image said about it', async () => {
    const name = stage.fresh('labels')
    const image = await stage.push(name, {
      version: '1',
      labels: { 'longshore.watch': 'true', 'longshore.operation': 'forged', 'com.docker.compose.project': 'forged' },
    })
    await stage.cli('run', '-d', '--name', name, '--label', 'longshore.policy=digest', image.reference)

    expect(await listed(name)).toMatchObject({
      id: `local/container/${name}`,
      image: image.reference,
      imageId: image.configDigest,
      labels: { 'longshore.policy': 'digest' },
      repositoryDigests: [`${image.reference.slice(0, -2)}@${image.digest}`],
      platform: { os: 'linux' },
      operation: null,
      isRunning: true,
      restart: 'no',
      hasHealthCheck: true,
      healthBudgetMs: 5000 + 3 * 1000 + 10_000,
      leftAlone: null,
    })
  })

  test('is left alone with the reason where it cannot be replaced', async () => {
    const name = stage.fresh('alone')
    const image = await stage.push(name, { version: '1', healthcheck: false })
    const run = (what: string, ...options: string[]) =>
      stage.cli('run', '-d', '--name', `${name}-${what}`, ...options, image.reference)
    await run('provider')
    await run('user', '--rm', '--network', `container:${name}-provider`, '-e', 'PORT=')
    await run('compose', '--label', 'com.docker.compose.project=shop')
    await run('swarm', '--label', 'com.docker.swarm.task.id=1')
    await run('rm', '--rm')
    await run('stopped', '--restart', 'no')
    await run('paused')
    await stage.cli('stop', `${name}-stopped`)
    await stage.cli('pause', `${name}-paused`)
    await stage.cli('run', '-d', '--name', `${name}-id`, image.configDigest)

    const workloads = await stage.target.listWorkloads(stage.signal)

    const codes = workloads
      .filter((each) => each.name.startsWith(name))
      .map((each) => [each.name, each.leftAlone?.code])
    expect(Object.fromEntries(codes)).toEqual({
      [`${name}-provider`]: 'DEPENDENT',
      [`${name}-user`]: 'AUTO_REMOVE',
      [`${name}-compose`]: 'COMPOSE_SERVICE',
      [`${name}-swarm`]: 'SWARM_TASK',
      [`${name}-rm`]: 'AUTO_REMOVE',
      [`${name}-stopped`]: 'STOPPED',
      [`${name}-paused`]: 'PAUSED',
      [`${name}-id`]: 'NOT_A_TAG',
    })
    await stage.cli('unpause', `${name}-paused`)
  })

  test('is listed once, whatever a rollout of ours keeps beside it', async () => {
    const name = stage.fresh('once')
    const from = await stage.push(name, { version: '1' })
    const plan = await stage.plan({ name, from, to: from.digest })
    const rollout = { ...plan, digest: (await stage.push(name, { version: '2' })).digest }
    const names = async () =>
      (await stage.target.listWorkloads(stage.signal)).map((each) => each.name).filter((each) => each.startsWith(name))

    await stage.bring(rollout, 'pull', 'create')
    expect(await names()).toEqual([name])
    await stage.bring(rollout, 'stop-old', 'rename-old', 'rename-new', 'start-new')
    expect(await names()).toEqual([name])
    expect(await listed(name)).toMatchObject({ operation: rollout.id, labels: {} })
  })
})

test('a change of a container is told at once, and remembered descriptions are not older than it', async () => {
  const name = stage.fresh('watch')
  const image = await stage.push(name, { version: '1' })
  const stop = new AbortController()
  const changes: TargetChange[] = []
  const watching = stage.target.watch?.((change) => changes.push(change), stop.signal)
  const isTold = () => changes.some((change) => change.kind === 'changed' && change.workload.endsWith(`/${name}`))

  // The first event shows that the stream is open; what happened before that need not be told.
  await waitUntil('an event comes', async () => {
    await stage.cli('run', '--rm', '--name', name, '--entrypoint', 'true', image.reference)
    return isTold()
  })
  await stage.cli('run', '-d', '--name', name, image.reference)
  expect((await listed(name))?.restart).toBe('no')
  changes.length = 0
  await stage.cli('update', '--restart', 'always', name)
  await waitUntil('the update is told', isTold)

  expect((await listed(name))?.restart).toBe('always')
  expect((await listed(name))?.suggestedOrder.order).toBe('stop-first')
  await stage.cli('network', 'create', name)
  await stage.cli('network', 'connect', name, name)
  await waitUntil('its new network is known', async () => {
    return (await listed(name))?.suggestedOrder.order === 'start-first'
  })
  stop.abort()
  await watching
})

describe('a superseded image', () => {
  test('goes with its references of ours once nothing uses it', async () => {
    const name = stage.fresh('prune')
    const from = await stage.push(name, { version: '1' })
    const plan = await stage.plan({ name, from, to: from.digest })
    const rollout = { ...plan, digest: (await stage.push(name, { version: '2' })).digest }
    const { workload, repository, fromImage } = rollout
    const old = { workload, repository, digest: from.digest, image: fromImage }
    await stage.bring(rollout, 'pull', 'protect', 'create', 'stop-old', 'rename-old', 'rename-new', 'start-new')

    expect(await stage.target.prune?.(old, stage.signal)).toBe(false)
    await stage.bring(rollout, 'remove-old')
    expect(await stage.target.prune?.(old, stage.signal)).toBe(true)
    expect(await stage.target.prune?.(old, stage.signal)).toBe(true)
  })

  test("stays while a tag of somebody's names it", async () => {
    const name = stage.fresh('tagged')
    const image = await stage.push(name, { version: '1' })
    await stage.cli('pull', '-q', image.reference)

    const isGone = await stage.target.prune?.(
      {
        workload: `local/container/${name}`,
        repository: image.reference.slice(0, -2),
        digest: image.digest,
        image: image.configDigest,
      },
      stage.signal,
    )

    expect(isGone).toBe(false)
    expect(await stage.cli('images', '-q', '--no-trunc', image.reference)).toBe(image.configDigest)
  })
})

test('the last lines that an instance printed are read from both outputs, at most 4 KiB of them', async () => {
  const name = stage.fresh('logs')
  const image = await stage.push(name, { version: '1' })
  const script =
    'i=0; while [ $i -lt 300 ]; do echo "line $i of many that it printed before"; i=$((i+1)); done; sleep 1; echo end >&2'
  const id = await stage.cli('run', '-d', '--name', name, '--entrypoint', 'sh', image.reference, '-c', script)
  await stage.cli('wait', id)

  const tail = await stage.target.readLogTail(id, stage.signal)

  expect(tail).toContain('line 299 of many')
  expect(tail).toContain('end\n')
  expect(Buffer.byteLength(tail)).toBeLessThanOrEqual(4096)
})

test('what the new image would change is told without values of the environment', async () => {
  const name = stage.fresh('preview')
  const from = await stage.push(name, { version: '1' })
  await stage.plan({ name, from, to: from.digest })
  const workload = await listed(name)
  if (workload === undefined) throw new Error('it has to be listed')
  const config = { config: { Env: ['VERSION=2'], WorkingDir: '/tmp' } }

  const changes = await stage.target.previewSettings(workload, config, stage.signal)

  expect(changes).toContainEqual({ setting: 'working directory', from: '(unset)', to: '/tmp' })
  expect(JSON.stringify(changes)).toContain('VERSION')
  expect(JSON.stringify(changes)).not.toContain('"2"')
})

test('an engine that is not there is unavailable, by the name of its socket', async () => {
  const { createDockerTarget } = await import('../../src/targets/docker/docker-target.ts')
  const { openEngine } = await import('../../src/targets/engine/open-engine.ts')
  const target = createDockerTarget(openEngine({ name: 'local', host: 'unix:///nonexistent/docker.sock' }))

  await expect(target.listWorkloads(stage.signal)).rejects.toMatchObject({
    code: 'TARGET_UNAVAILABLE',
    message: expect.stringContaining('/nonexistent/docker.sock'),
  })
  await expect(target.waitUntilAvailable(AbortSignal.timeout(200))).rejects.toMatchObject({ code: 'ABORTED' })
})
