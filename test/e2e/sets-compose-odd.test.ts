import { rmSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { pushImage, type PushedImage } from '../services/images.ts'
import { describeWithServices, uniqueName } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'
import { forAll } from './crash-fleet.ts'
import { crashTestLimitMs, startCrashRun } from './crash-run.ts'
import { about, pass } from './stage/answers.ts'
import { killCompose } from './stage/compose-processes.ts'
import { stageProject } from './stage/compose-project.ts'
import { outlastsEnds } from './stage/gates.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload } from './stage/workload.ts'

describeWithServices('Compose services of odd shapes that live in plain containers', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  const gate = { stable: '300ms', minUptime: outlastsEnds, deadline: '20s' }
  let scene: Scene
  let app: PushedImage
  beforeAll(async () => {
    scene = await openScene()
    app = await pushImage(registry, { repository: uniqueName('app'), version: 'app', healthcheck: false })
    await scene.docker('pull', '--quiet', app.reference)
    scene.configure({ defaults: { gate, keepOld: '0s' } })
  })
  afterEach(async () => {
    await scene.reset()
    scene.configure({ defaults: { gate, keepOld: '0s' } })
  })
  afterAll(() => scene?.close())

  const sleeping = 'command: [sh, -c, "trap exit TERM; sleep 100000 & wait"]'

  async function startProvider(prefix: string, ...options: string[]) {
    const provider = stageWorkload(scene, registry, prefix)
    await provider.push({ version: 'v1', healthcheck: false })
    await provider.start('--restart', 'unless-stopped', '--stop-timeout', '1', ...options)
    return provider
  }

  /** Two instances in its network, and one in theirs that does not run. */
  async function stageScaled() {
    const provider = await startProvider('v.p_n-')
    const project = stageProject(scene, registry)
    const one = `image: ${app.reference}, stop_grace_period: 1s`
    project.write(
      'compose.yaml',
      `
services:
  aside.x_1: { ${one}, network_mode: "service:web.a-2" }
  web.a-2:
    image: ${app.reference}
    network_mode: container:${provider.name}
    ${sleeping}
    stop_grace_period: 1s
    scale: 2
`,
    )
    await project.byHand('up', '--detach')
    await project.byHand('stop', '--timeout', '0', 'aside.x_1')
    return { provider, project }
  }

  type Scaled = Awaited<ReturnType<typeof stageScaled>>

  async function expectWhole({ provider, project }: Scaled, image: string, why: string) {
    const running = await provider.inspect()
    expect(running.Image, why).toBe(image)
    const webs = await project.instances('web.a-2')
    const mode = `container:${running.Id}`
    expect(
      webs.map(({ HostConfig, State }) => [HostConfig.NetworkMode, State.Status]),
      why,
    ).toEqual([
      [mode, 'running'],
      [mode, 'running'],
    ])
    const aside = await project.instance('aside.x_1')
    expect(aside.State.Running, why).toBe(false)
    expect(
      webs.map(({ Id }) => `container:${Id}`),
      why,
    ).toContain(aside.HostConfig.NetworkMode)
    const own = (await scene.containers()).filter(
      (name) => name.includes(project.name) || name.startsWith(provider.name),
    )
    expect(own, why).toHaveLength(4)
  }

  test('that are scaled, and have one that is stopped in theirs, are whole again', async () => {
    const set = await stageScaled()
    const v2 = await set.provider.push({ version: 'v2', healthcheck: false })

    const { rollouts } = await pass(scene)
    expect(rollouts).toMatchObject([{ outcome: 'succeeded' }])
    await expectWhole(set, v2.configDigest, '')
    expect(await set.project.upByHand('web.a-2')).toEqual([])

    // By now the stopped one was made and never started, and its file counts all the same.
    set.project.write('compose.yaml', set.project.read('compose.yaml').toString().replace('1s, net', '2s, net'))
    await set.provider.push({ version: 'v3', healthcheck: false })
    const next = await pass(scene)
    expect(next.rollouts).toEqual([])
    expect(about(next, set.provider)).toMatchObject({ code: 'COMPOSE_DRIFT' })
  })

  // With the state kept, that is in `sets-compose-crash.test.ts`.
  describe('killed, and the state lost,', () => {
    const lose = () => rmSync(scene.stateFolder, { recursive: true, force: true })

    test('in the middle of an `up` they are as many as before', { timeout: crashTestLimitMs }, async () => {
      const set = await stageScaled()
      const v2 = await set.provider.push({ version: 'v2', healthcheck: false })
      const run = startCrashRun(scene)
      const before = (await set.project.instances('web.a-2')).map(({ Id }) => Id)
      const isHalfway = async () => {
        const now = (await set.project.instances('web.a-2')).map(({ Id }) => Id)
        return now.some((each) => !before.includes(each))
      }
      await waitUntil('one of them is another', isHalfway, { limitMs: 60_000, everyMs: 5 })
      await killCompose(scene.engine.host)
      await run.kill()
      lose()

      const { stderr } = await scene.run('run', '--once')
      await expectWhole(set, v2.configDigest, stderr)
    })

    test('on the way back they are back', { timeout: crashTestLimitMs }, async () => {
      const moments = ['R start-old after', 'R up-old-dependants before', 'R up-old-dependants after']
      const sets = await forAll(moments, async (moment) => {
        const set = await stageScaled()
        const v1 = (await set.provider.inspect()).Image
        await set.provider.push({ version: 'v2', healthcheck: false, behaviour: 'exits' })
        return { ...set, v1, moment }
      })
      const crashAt = Object.fromEntries(sets.map(({ provider, moment }) => [provider.name, moment]))
      await startCrashRun(scene, { crashAt }).crash()
      lose()

      const { stderr } = await scene.run('run', '--once')
      for (const set of sets) await expectWhole(set, set.v1, `${set.moment}: ${stderr}`)
    })
  })

  /** Compose's `web` with an image of its own, watched. */
  async function stageWeb(lines: string) {
    const project = stageProject(scene, registry)
    await project.push({ version: 'w1', healthcheck: false })
    const own = `image: ${project.image()}\n    labels: { longshore.watch: "true" }\n    stop_grace_period: 1s`
    project.write('compose.yaml', `services:\n  web:\n    ${own}\n    ${sleeping}\n    ${lines}\n`)
    await project.byHand('up', '--detach')
    return project
  }

  test('in two sets at once wait for what they live in and follow it', async () => {
    const [vpn, data] = await Promise.all([startProvider('vpn'), startProvider('data', '--volume', '/shared')])
    const own = `network_mode: container:${vpn.name}\n    volumes_from: ["container:${data.name}"]`
    const project = await stageWeb(own)
    await vpn.push({ version: 'v2', healthcheck: false })
    await data.push({ version: 'v2', healthcheck: false, behaviour: 'exits' })

    const first = await pass(scene)

    // Begun at the same time, one of the two sets makes room for the other.
    const both = [...first.rollouts, ...(await pass(scene)).rollouts].filter(({ outcome }) => outcome !== 'abandoned')
    expect(both.map(({ workload, outcome }) => `${workload} ${outcome}`).toSorted()).toEqual(
      [`${data.id} rolled-back`, `${vpn.id} succeeded`].toSorted(),
    )
    const web = await project.instance()
    expect(web.State.Running).toBe(true)
    expect(web.HostConfig.NetworkMode).toBe(`container:${(await vpn.inspect()).Id}`)
    expect(web.Mounts.map(({ Name }) => Name)).toEqual((await data.inspect()).Mounts.map(({ Name }) => Name))

    // Compose would remove the old instance, and could start no new one.
    await scene.docker('stop', '--time', '0', vpn.name)
    const w2 = await project.push({ version: 'w2', healthcheck: false })
    const second = await pass(scene)
    expect(about(second, project.workload())).toMatchObject({ state: 'held', code: 'PROVIDER_STOPPED' })
    expect(second.rollouts).toEqual([])

    await scene.docker('rm', '--force', vpn.name)
    expect(about(await pass(scene), project.workload())).toMatchObject({ state: 'held', code: 'PROVIDER_GONE' })
    expect((await project.instance()).Id).toBe(web.Id)

    await vpn.start('--restart', 'unless-stopped', '--stop-timeout', '1')
    await pass(scene)
    await pass(scene)
    expect(await project.instance()).toMatchObject({
      Image: w2.configDigest,
      HostConfig: { NetworkMode: `container:${(await vpn.inspect()).Id}` },
    })
  })
})
