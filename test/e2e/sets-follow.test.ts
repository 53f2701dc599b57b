import { rmSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { pushImage } from '../services/images.ts'
import { describeWithServices, uniqueName } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'
import { crashTestLimitMs, startCrashRun } from './crash-run.ts'
import { pass } from './stage/answers.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { startAgain } from './stage/start-again.ts'
import { stageWorkload } from './stage/workload.ts'

describeWithServices('what lives in a container that a person started again', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene()
    scene.configure({ defaults: { gate: { stable: '300ms', minUptime: '300ms', deadline: '20s' } } })
  })
  afterEach(() => scene.reset())
  afterAll(() => scene?.close())

  /** A provider that nobody watches, and watched ones in its network: by a digest, by an image id, by its beginning. */
  async function stage() {
    const vpn = stageWorkload(scene, registry, 'vpn')
    await vpn.push({ version: 'v1', healthcheck: false })
    const runProvider = () => vpn.startUnlabelled('--stop-timeout', '1')
    await runProvider()
    const repository = uniqueName('app')
    const app = await pushImage(registry, { repository, version: 'app', healthcheck: false })
    await scene.docker('pull', '--quiet', app.reference)
    const id = app.configDigest
    const images = {
      digest: `${registryAddress}/${repository}@${app.digest}`,
      id,
      short: id.slice('sha256:'.length, 'sha256:'.length + 12),
    }
    const names = Object.keys(images).map((kind) => `${vpn.name}-${kind}`)
    for (const [at, image] of Object.values(images).entries()) {
      const own = ['--name', names[at] ?? '', '--network', `container:${vpn.name}`, '--env', `PORT=${9001 + at}`]
      await scene.docker('run', '--detach', '--label', 'longshore.watch=true', '--stop-timeout', '1', ...own, image)
    }
    const answers = async () => {
      const asking = 'wget -q -O - http://127.0.0.1:8080/ || echo nothing'
      return Promise.all(names.map((name) => scene.docker('exec', name, 'sh', '-c', asking).catch(() => 'down')))
    }
    return { vpn, app, names, images, runProvider, answers }
  }

  test('follows it though it is pinned to a digest or names no tag, by its own image', async () => {
    const { vpn, app, names, images, answers } = await stage()
    // A newer image under its tag is none of its business.
    await pushImage(registry, { repository: app.reference.split(/[/:]/).at(-2) ?? '', version: 'newer' })
    await pass(scene)
    await startAgain(scene, vpn.name)
    expect(await answers()).not.toContain('v1')

    const { code, rollouts, workloads } = await pass(scene)

    expect(code).toBe(0)
    const decided = JSON.stringify([workloads, (await vpn.inspect()).State])
    expect(rollouts.map(({ workload, outcome }) => `${workload} ${outcome}`).toSorted(), decided).toEqual(
      names.map((name) => `local/container/${name} succeeded`).toSorted(),
    )
    expect(await answers()).toEqual(['v1', 'v1', 'v1'])
    for (const [at, image] of Object.values(images).entries()) {
      const { Image, Config } = await scene.inspect(names[at] ?? '')
      expect([Image, Config.Image]).toEqual([app.configDigest, image])
    }
    expect(workloads.map(({ code: reason }) => reason)).toEqual(['NOT_A_TAG', 'NOT_A_TAG', 'NOT_A_TAG'])
    expect((await pass(scene)).rollouts).toEqual([])
  })

  test('is made again, of the same image, where that was made anew', async () => {
    const { vpn, app, names, images, runProvider, answers } = await stage()
    await pass(scene)
    await scene.docker('rm', '--force', vpn.name)
    await runProvider()

    const { code } = await pass(scene)

    expect(code).toBe(0)
    expect(await answers()).toEqual(['v1', 'v1', 'v1'])
    const provider = await vpn.inspect()
    for (const [at, image] of Object.values(images).entries()) {
      const { Image, Config, HostConfig } = await scene.inspect(names[at] ?? '')
      expect([Image, Config.Image]).toEqual([app.configDigest, image])
      expect(HostConfig.NetworkMode).toBe(`container:${provider.Id}`)
    }
  })

  describe.each(['kept', 'lost'])('killed, with its state %s,', (state) => {
    const lose = () => state === 'lost' && rmSync(scene.stateFolder, { recursive: true, force: true })

    test('at any step it runs beside it in the end', { timeout: crashTestLimitMs }, async () => {
      const { vpn, names, answers } = await stage()
      await startAgain(scene, vpn.name)
      const moments = ['J4 restart-old before', 'J4 restart-old after', 'J4 change before']
      const crashAt = Object.fromEntries(names.map((name, at) => [name, moments[at] ?? '']))
      await startCrashRun(scene, { crashAt }).crash()
      lose()

      const { stderr } = await scene.run('run', '--once')

      expect(await answers(), stderr).toEqual(['v1', 'v1', 'v1'])
      expect(await scene.containers()).toEqual([vpn.name, ...names].toSorted())
    })

    test('while it ends it is started again all the same', { timeout: crashTestLimitMs }, async () => {
      const vpn = stageWorkload(scene, registry, 'vpn')
      await vpn.push({ version: 'v1', healthcheck: false })
      await vpn.startUnlabelled('--stop-timeout', '1')
      const name = `${vpn.name}-slow`
      const options = ['--label', 'longshore.watch=true', '--stop-timeout', '3', '--network', `container:${vpn.name}`]
      const ignoring = ['sh', '-c', "trap '' TERM; while true; do sleep 1; done"]
      await scene.docker('run', '--detach', '--name', name, ...options, vpn.image, ...ignoring)
      await startAgain(scene, vpn.name)
      const before = await scene.inspect(name)
      const run = startCrashRun(scene)
      const filters = ['--filter', `container=${name}`, '--filter', 'event=kill', '--since', before.State.StartedAt]
      const isEnding = async () => (await scene.docker('events', ...filters, '--until', '0s')) !== ''
      await waitUntil('it was told to end', isEnding, { limitMs: 60_000, everyMs: 20 })
      await run.kill()
      lose()

      // Nobody of ours is there, and the engine completes what it was asked for.
      await waitUntil('it runs again', async () => {
        const { State } = await scene.inspect(name)
        return State.Running && State.StartedAt !== before.State.StartedAt
      })
      await scene.run('run', '--once')
      expect((await scene.inspect(name)).State.Running).toBe(true)
    })
  })
})
