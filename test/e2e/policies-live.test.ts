import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { freePort } from '../services/free-port.ts'
import { pushImage } from '../services/images.ts'
import { startRegistry, type Registry } from '../services/registry.ts'
import { describeWithServices, uniqueName } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'
import { about, pass } from './stage/answers.ts'
import { stageProject } from './stage/compose-project.ts'
import { outlastsEnds } from './stage/gates.ts'
import { passOn, isFromEngine } from './stage/passing-registry.ts'
import { openScene, type Scene } from './stage/scene.ts'

const secret = 'a-secret-for-events-only'

describeWithServices('policies that choose, in a service', ({ registryAddress }) => {
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

  async function stage(address: string, policy: string, tag: string) {
    const name = uniqueName('chosen')
    const push = (of: string) =>
      pushImage({ address }, { repository: name, tag: of, version: `v${of}`, healthcheck: false })
    await push(tag)
    const labels = ['--label', 'longshore.watch=true', '--label', `longshore.policy=${policy}`]
    await scene.docker('run', '--detach', '--name', name, ...labels, `${address}/${name}:${tag}`)
    const tagOf = async () => (await scene.inspect(name)).Config.Image.split(':').at(-1)
    return { id: `local/container/${name}`, name, push, tagOf }
  }

  test('a push event for a tag that nobody followed before brings it to run at once', async () => {
    scene.configure({
      pollInterval: '1h',
      listen: { port },
      events: [{ name: 'registry', kind: 'distribution', registry: registry.address, secret }],
      defaults: { gate: { minUptime: '1s' }, keepOld: '0s' },
    })
    const web = await stage(registry.address, 'semver:^1', '1.4.1')
    const service = scene.start('run')
    await waitUntil('it is current', () => service.log().includes(`${web.id}: current: `))

    await web.push('1.4.2')
    const pushedAt = Date.now()
    await waitUntil('it runs 1.4.2', async () => (await web.tagOf()) === '1.4.2')

    expect(Date.now() - pushedAt).toBeLessThan(30_000)
    const why = await scene.run('why', web.name)
    expect(why.stdout).toContain('Wanted is what the tag 1.4.2 names')
    const told = await scene.run('explain', web.name, '--output', 'json')
    expect(JSON.parse(told.stdout)).toMatchObject({ workload: web.id, policy: 'semver:^1' })
    expect(await service.stop()).toBe(0)
  })

  test('a kill between the list and the look at the chosen tag loses nothing', async () => {
    let isHeld = false
    const asked = Promise.withResolvers<void>()
    const held = await passOn(registryAddress, async (incoming) => {
      if (!isHeld || isFromEngine(incoming) || incoming.method !== 'HEAD') return
      asked.resolve()
      await new Promise(() => {})
    })
    try {
      const web = await stage(held.address, 'semver', '1.4.1')
      await pass(scene)
      await web.push('1.4.2')
      isHeld = true
      const service = scene.start('run')
      await asked.promise
      service.kill('SIGKILL')
      await service.ended
      isHeld = false

      expect((await pass(scene)).rollouts).toMatchObject([{ outcome: 'succeeded' }])
      expect(await web.tagOf()).toBe('1.4.2')
    } finally {
      await held.close()
    }
  })

  test('a Compose service has its tag edited, and goes back by the same line where the version is bad', async () => {
    const shop = stageProject(scene, { address: registryAddress })
    const file = (tag: string) =>
      `services:\n  web:\n    image: ${shop.image('web', tag)} # the shop\n    labels: {longshore.watch: "true", longshore.policy: "semver:^1", longshore.gate.min-uptime: ${outlastsEnds}}\n`
    shop.write('compose.yaml', file('1.0.0'))
    await shop.push({ version: 'v1', tag: '1.0.0', healthcheck: false })
    await shop.byHand('up', '--detach')
    await shop.push({ version: 'v2', tag: '1.1.0', healthcheck: false })

    expect((await pass(scene)).rollouts).toMatchObject([{ outcome: 'succeeded' }])
    expect(shop.read('compose.yaml').toString()).toBe(file('1.1.0'))

    await shop.push({ version: 'v3', tag: '1.2.0', healthcheck: false, behaviour: 'exits' })
    expect((await pass(scene)).rollouts).toMatchObject([{ outcome: 'rolled-back' }])
    expect(shop.read('compose.yaml').toString()).toBe(file('1.1.0'))
    expect(about(await pass(scene), shop.workload())).toMatchObject({
      state: 'current',
      reason: expect.stringContaining('1.2.0 is better, but what it names failed here before'),
    })
  })
})
