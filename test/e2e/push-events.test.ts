import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { z } from 'zod'
import { eventsAnswer } from '../../src/contract/events.ts'
import { envelope } from '../fakes/event-requests.ts'
import { freePort } from '../services/free-port.ts'
import { tryRun } from '../services/command.ts'
import { machinePlatform } from '../services/images.ts'
import { deleteManifest, mountBlob, pushBlob, retag } from '../services/push.ts'
import { startRegistry, type Registry } from '../services/registry.ts'
import { describeWithServices } from '../services/shared.ts'
import { startTcpProxy, type TcpProxy } from '../services/tcp-proxy.ts'
import { waitUntil } from '../services/wait.ts'
import { holdableRegistry } from './stage/held-registry.ts'
import type { RunningLongshore } from './stage/longshore.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload, type StagedWorkload } from './stage/workload.ts'

const secret = 'a-secret-for-events-only'
const script = join(import.meta.dirname, '../../examples/ci-notify.sh')

describeWithServices('push events, with a poll interval of an hour', () => {
  let scene: Scene
  let registry: Registry
  let port: number
  /** Between the registry and our listener. */
  let way: TcpProxy
  beforeAll(async () => {
    port = await freePort()
    way = await startTcpProxy(port)
    scene = await openScene()
    registry = await startRegistry({
      notificationsUrl: `http://127.0.0.1:${way.port}/hooks/registry`,
      notificationsAuthorization: `Bearer ${secret}`,
    })
  })
  afterEach(() => scene.reset())
  afterAll(async () => {
    await registry?.stop()
    await way?.close()
    await scene?.close()
  })

  const configure = (
    name: 'registry' | 'newer' | 'ci',
    pollInterval = '1h',
    at: Pick<Registry, 'address'> = registry,
  ) =>
    scene.configure({
      pollInterval,
      listen: { port },
      events: [{ name, kind: name === 'ci' ? 'generic' : 'distribution', registry: at.address, secret }],
      defaults: { gate: { minUptime: '500ms' }, keepOld: '0s' },
    })

  const untilCurrent = (service: RunningLongshore, web: StagedWorkload) =>
    waitUntil(`${web.name} is current`, () => service.log().includes(`${web.id}: current: `))

  /** A watched container of version 1, and a service that has looked at it. */
  async function follow(at: Pick<Registry, 'address'> = registry) {
    const web = stageWorkload(scene, at)
    const v1 = await web.push({ version: 'v1', healthcheck: false })
    await web.start()
    const service = scene.start('run')
    await untilCurrent(service, web)
    return { web, v1, service }
  }

  /** As `follow`, once the registry has told of version 1, too: later that would take what the next news leads to. */
  async function followNews(at?: Pick<Registry, 'address'>) {
    const followed = await follow(at)
    // Told before the first look, it changed something of which nothing comes, and is not over for ten minutes.
    await newsOf(followed.web, 'latest', followed.v1.digest, ({ endedAt }) => endedAt !== null)
    return followed
  }

  const pathOf = ({ repository }: StagedWorkload) => repository.slice(repository.indexOf('/') + 1)

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
    const { web, service } = await followNews()
    const watcher = scene.start('events', '--follow', '--limit', '1')

    const v2 = await web.push({ version: 'v2', healthcheck: false })
    const pushedAt = Date.now()

    expect((await startedAt(web, v2.configDigest)) - pushedAt).toBeLessThan(30_000)
    expect(await toldOf(web, 'latest', v2.digest)).toMatchObject({
      repository: pathOf(web),
      tag: 'latest',
      occurredAt: expect.stringMatching(/^20.*Z$/),
      fate: 'changed',
      found: v2.digest,
      outcomes: [{ workload: web.id, kind: 'rollout', outcome: 'succeeded' }],
    })
    const story = / registry: \S+ was pushed\n[^]*the tag names \w+ now\n[^]* rollout .* succeeded: /
    await waitUntil('it was shown', () => story.test(watcher.output()))
    expect(await watcher.stop()).toBe(0)
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`)
    expect(await ready.json()).toEqual({ status: 'ready', reasons: [] })
    expect(await service.stop()).toBe(0)
  })

  const heard = async () => {
    const { stdout } = await scene.run('events', '--source', 'registry', '--output', 'json')
    return eventsAnswer.parse(JSON.parse(stdout))
  }

  /** What the trail says of the news that a tag of the repository names a digest, once it has come so far. */
  const newsOf = (
    web: StagedWorkload,
    tag: string | null,
    digest: string | null,
    hasCome: (event: EventReport) => boolean,
  ) =>
    waitUntil(
      `all is told of ${tag}`,
      async () =>
        (await heard()).events.find(
          (each) => each.repository === pathOf(web) && each.tag === tag && each.digest === digest && hasCome(each),
        ),
      // Each is a process, beside the one that is watched.
      { everyMs: 250 },
    )

  /** As `newsOf`, once that is over. */
  const toldOf = (web: StagedWorkload, tag: string | null, digest: string | null) =>
    newsOf(web, tag, digest, ({ isOver }) => isOver)

  test('every kind of news of a real registry is understood', async () => {
    configure('registry')
    const { web, service } = await followNews()
    const path = pathOf(web)

    // A digest that was pushed under another tag: no blob moves, and the tag is all that is new.
    const v2 = await web.push({ version: 'v2', healthcheck: false, tag: 'next' })
    // The look that this leads to would else find the other tag before that is told of.
    expect(await toldOf(web, 'next', v2.digest)).toMatchObject({ fate: 'looked', outcomes: [] })
    await retag(registry, path, 'next', 'latest')
    await startedAt(web, v2.configDigest)
    expect(await toldOf(web, 'latest', v2.digest)).toMatchObject({
      fate: 'changed',
      outcomes: [{ workload: web.id, outcome: 'succeeded' }],
    })

    // A layer of another repository: told by the registry, and nothing to look for.
    const layer = await pushBlob(registry, `${path}-base`, Buffer.from(`a layer of ${web.name}`))
    const before = await heard()
    await mountBlob(registry, path, `${path}-base`, layer)
    await waitUntil('the mount was told', async () => emptyOf(await heard()) > emptyOf(before))
    expect((await heard()).events).toEqual(before.events)

    // The children come first and without a tag; only the index is news.
    const platforms = [machinePlatform, 'linux/s390x']
    const v3 = await web.push({ version: 'v3', healthcheck: false, platforms, attestation: true })
    await startedAt(web, v3.configDigest)
    expect(await toldOf(web, 'latest', v3.digest)).toMatchObject({
      fate: 'changed',
      found: v3.digest,
      outcomes: [{ workload: web.id, outcome: 'succeeded' }],
    })
    expect((await heard()).events.filter(({ tag }) => tag === null)).toEqual([])

    // The registry tries again until somebody listens.
    way.cut()
    const v4 = await web.push({ version: 'v4', healthcheck: false })
    expect((await heard()).events.filter(({ digest }) => digest === v4.digest)).toEqual([])
    way.restore()
    const runsV4Since = await startedAt(web, v4.configDigest)
    expect(await toldOf(web, 'latest', v4.digest)).toMatchObject({ fate: 'changed' })

    // Whatever was deleted, nothing is stopped for it.
    await deleteManifest(registry, path, v4.digest)
    expect(await toldOf(web, null, null)).toMatchObject({ kind: 'deleted', fate: 'looked', outcomes: [] })
    expect(await startedAt(web, v4.configDigest)).toBe(runsV4Since)
    expect(service.log()).not.toContain('EVENT_UNREADABLE')
    expect(await service.stop()).toBe(0)
  })

  test('I7: what a registry forgot to tell is found by the next poll, and what came while nobody listened is told', async () => {
    configure('registry', '10s')
    const { web, service } = await followNews()

    way.cut()
    const v2 = await web.push({ version: 'v2', healthcheck: false })
    // What it had to tell was in its memory alone.
    await registry.restart()
    way.restore()
    await startedAt(web, v2.configDigest)
    const v3 = await web.push({ version: 'v3', healthcheck: false })
    await startedAt(web, v3.configDigest)
    await toldOf(web, 'latest', v3.digest)
    expect((await heard()).events.filter(({ digest }) => digest === v2.digest)).toEqual([])

    expect(await service.stop()).toBe(0)
    const v4 = await web.push({ version: 'v4', healthcheck: false })
    const next = scene.start('run')
    await startedAt(web, v4.configDigest)
    expect(await toldOf(web, 'latest', v4.digest)).toMatchObject({ found: v4.digest })
    expect(await next.stop()).toBe(0)
  })

  test('of two pushes, one amid the pull of the other, only the newer one rolls out', async () => {
    const held = await holdableRegistry(registry.address)
    try {
      configure('registry', '1h', held)
      const { web, service } = await followNews(held)
      const isPulled = held.hold()
      const v2 = await web.push({ version: 'v2', healthcheck: false })
      await isPulled

      const v3 = await web.push({ version: 'v3', healthcheck: false })
      const told = await toldOf(web, 'latest', v2.digest)
      held.release()

      expect(told.outcomes).toMatchObject([{ outcome: 'superseded', reason: { code: 'NEWER_DECISION' } }])
      await startedAt(web, v3.configDigest)
      expect((await toldOf(web, 'latest', v3.digest)).outcomes).toMatchObject([{ outcome: 'succeeded' }])
      expect(await service.stop()).toBe(0)
    } finally {
      await held.close()
    }
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

type EventReport = z.infer<typeof eventsAnswer>['events'][number]

const emptyOf = ({ heard }: z.infer<typeof eventsAnswer>): number =>
  heard?.senders.find(({ source }) => source === 'registry')?.empty ?? 0
