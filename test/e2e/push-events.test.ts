import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { envelope } from '../fakes/event-requests.ts'
import { tryRun } from '../services/command.ts'
import { retag } from '../services/push.ts'
import { startRegistry, type Registry } from '../services/registry.ts'
import { describeWithServices } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'
import type { RunningLongshore } from './stage/longshore.ts'
import { freePort } from './stage/page.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload, type StagedWorkload } from './stage/workload.ts'

const secret = 'a-secret-for-events-only'
const script = join(import.meta.dirname, '../../examples/ci-notify.sh')

describeWithServices('push events, with a poll interval of an hour', () => {
  let scene: Scene
  let registry: Registry
  let port: number
  beforeAll(async () => {
    port = await freePort()
    scene = await openScene()
    registry = await startRegistry({
      notificationsUrl: `http://127.0.0.1:${port}/hooks/registry`,
      notificationsAuthorization: `Bearer ${secret}`,
    })
  })
  afterEach(() => scene.reset())
  afterAll(async () => {
    await registry?.stop()
    await scene?.close()
  })

  const configure = (name: 'registry' | 'newer' | 'ci') =>
    scene.configure({
      pollInterval: '1h',
      listen: { port },
      events: [{ name, kind: name === 'ci' ? 'generic' : 'distribution', registry: registry.address, secret }],
      defaults: { gate: { minUptime: '500ms' }, keepOld: '0s' },
    })

  const untilCurrent = (service: RunningLongshore, web: StagedWorkload) =>
    waitUntil(`${web.name} is current`, () => service.log().includes(`${web.id}: current: `))

  /** A watched container of version 1, and a service that has looked at it. */
  async function follow() {
    const web = stageWorkload(scene, registry)
    await web.push({ version: 'v1', healthcheck: false })
    await web.start()
    const service = scene.start('run')
    await untilCurrent(service, web)
    return { web, service }
  }

  const pathOf = (web: StagedWorkload) => web.repository.slice(registry.address.length + 1)

  const startedAt = (web: StagedWorkload, image: string) =>
    waitUntil(`${web.name} runs the new image`, async () => {
      const { Image, State } = await web.inspect()
      return Image === image && State.Status === 'running' && Date.parse(State.StartedAt)
    })

  const notify = (...args: readonly string[]) =>
    tryRun('sh', [script, ...args], {
      env: {
        PATH: process.env['PATH'],
        LONGSHORE_URL: `http://127.0.0.1:${port}/hooks/ci`,
        LONGSHORE_SECRET: secret,
      },
    })

  test('the notification of a real registry brings a push to run at once', async () => {
    configure('registry')
    const { web, service } = await follow()

    const v2 = await web.push({ version: 'v2', healthcheck: false })
    const pushedAt = Date.now()

    expect((await startedAt(web, v2.configDigest)) - pushedAt).toBeLessThan(10_000)
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`)
    expect(await ready.json()).toEqual({ status: 'ready', reasons: [] })
    expect(await service.stop()).toBe(0)
  })

  test('the envelope of version 2 does as well', async () => {
    // Not the name that the registry itself notifies: that one is let in nowhere.
    configure('newer')
    const { web, service } = await follow()
    const v2 = await web.push({ version: 'v2', healthcheck: false })

    const answer = await fetch(`http://127.0.0.1:${port}/hooks/newer`, {
      method: 'POST',
      headers: {
        'content-type': 'application/vnd.docker.distribution.events.v2+json',
        authorization: `Basic ${Buffer.from(`registry:${secret}`).toString('base64')}`,
      },
      body: JSON.stringify(envelope({ repository: pathOf(web), tag: 'latest', digest: v2.digest })),
    })

    expect(answer.status).toBe(202)
    await startedAt(web, v2.configDigest)
    expect(await service.stop()).toBe(0)
  })

  test('what was acknowledged before a crash is looked after by the next process', async () => {
    configure('ci')
    const { web, service } = await follow()
    const v2 = await web.push({ version: 'v2', healthcheck: false, tag: 'next' })
    const repository = pathOf(web)
    // The event comes before the tag shows what it tells of.
    const told = await notify(`${repository}:latest`, v2.digest)
    service.kill('SIGKILL')
    await service.ended
    expect(told).toMatchObject({ code: 0, stdout: '{"status":"accepted"}\n' })

    const next = scene.start('run')
    await waitUntil('it has looked', () => next.log().includes('listening at'))
    await waitUntil('the first look is over', async () =>
      (await scene.run('status', '--output', 'json')).stdout.includes('"current"'),
    )
    await retag(registry, repository, 'next', 'latest')

    expect(await startedAt(web, v2.configDigest)).toBeGreaterThan(0)
    expect(await next.stop()).toBe(0)
  })

  test.each(['team/web:1\r', 'team/web:1\n', 'team/web 1', 'team/"web":1', 'team\\web', 'web:é', 'web:$(id)'])(
    'the script for CI jobs sends nothing that is no image: %j',
    async (image) => {
      const told = await tryRun('sh', [script, image], {
        env: { PATH: process.env['PATH'], LONGSHORE_URL: 'http://127.0.0.1:1/hooks/ci', LONGSHORE_SECRET: secret },
      })

      expect(told).toMatchObject({ code: 2, stdout: '' })
      expect(told.stderr).toContain('is no image')
    },
  )

  test('the script for CI jobs tells of an image, and says when it is not let in', async () => {
    configure('ci')
    const { web, service } = await follow()
    const v2 = await web.push({ version: 'v2', healthcheck: false })

    const told = await notify(web.image)

    expect(told).toMatchObject({ code: 0, stdout: '{"status":"accepted"}\n' })
    await startedAt(web, v2.configDigest)
    const refused = await tryRun('sh', [script, web.image], {
      env: { PATH: process.env['PATH'], LONGSHORE_URL: `http://127.0.0.1:${port}/hooks/ci`, LONGSHORE_SECRET: 'wrong' },
    })
    expect(refused.code).not.toBe(0)
    expect(refused.stdout).toContain('EVENT_UNAUTHORIZED')
    expect(await service.stop()).toBe(0)
  })
})
