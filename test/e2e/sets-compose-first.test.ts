import { rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pushImage, type PushedImage } from '../services/images.ts'
import { describeWithServices, uniqueName } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'
import { crashTestLimitMs, startCrashRun } from './crash-run.ts'
import { about, history, pass, status } from './stage/answers.ts'
import { stageChain } from './stage/chain.ts'
import { stageProject } from './stage/compose-project.ts'
import { outlastsEnds } from './stage/gates.ts'
import { at } from './stage/moments.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { startAgain } from './stage/start-again.ts'

const sleeping = '[sh, -c, "trap exit TERM; sleep 100000 & wait"]'
const asking = 'wget -q -O - http://127.0.0.1:8080/ || echo nothing'

describeWithServices('a Compose service that others live in, near and far', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  let app: PushedImage
  beforeAll(async () => {
    scene = await openScene()
    scene.configure({
      defaults: { gate: { stable: '300ms', minUptime: outlastsEnds, deadline: '20s' }, keepOld: '0s' },
    })
    app = await pushImage(registry, { repository: uniqueName('app'), version: 'app', healthcheck: false })
    await scene.docker('pull', '--quiet', app.reference)
  })
  afterAll(() => scene?.close())

  const lose = () => rmSync(scene.stateFolder, { recursive: true, force: true })

  /**
   * `web`, and in its network `beside` of the same project; in that live the plain `debug`, which ends beside a version
   * that is called `not-for-debug`, and `far` of the same project; and in `far` lives `sync` of another. `idle`, in the
   * network of `web`, does not run.
   */
  async function stage() {
    const shop = stageProject(scene, registry)
    await shop.push({ version: 'v1', healthcheck: false })
    const own = `image: ${app.reference}, command: ${sleeping}, stop_grace_period: 1s`
    const watched = 'labels: { longshore.watch: "true" }, stop_grace_period: 1s'
    shop.write(
      'compose.yaml',
      `
services:
  web: { image: "${shop.image()}", ${watched} }
  beside: { ${own}, network_mode: "service:web" }
  far: { ${own}, network_mode: "service:beside" }
  idle: { ${own}, network_mode: "service:web" }
`,
    )
    await shop.byHand('up', '--detach')
    await shop.byHand('stop', '--timeout', '0', 'idle')
    const other = stageProject(scene, registry)
    other.write(
      'compose.yaml',
      `services:\n  sync: { image: "${app.reference}", command: ${sleeping}, network_mode: "container:${shop.name}-far-1", ${watched} }\n`,
    )
    await other.byHand('up', '--detach')
    const debug = `${shop.name}-debug`
    const command = `test "$(${asking})" != not-for-debug || exit 3; trap exit TERM; sleep 100000 & wait`
    const options = ['--label', 'longshore.watch=true', '--network', `container:${shop.name}-beside-1`]
    const run = ['run', '--detach', '--name', debug, '--stop-timeout', '1', ...options]
    await scene.docker(...run, app.reference, 'sh', '-c', command)
    const names = [`${shop.name}-beside-1`, `${shop.name}-far-1`, `${other.name}-sync-1`, debug]
    const answers = () =>
      Promise.all(names.map((name) => scene.docker('exec', name, 'sh', '-c', asking).catch(() => 'does not run')))
    return { shop, other, debug, answers }
  }

  let set: Awaited<ReturnType<typeof stage>>
  const all = (version: string) => [version, version, version, version]

  test('is followed in order, and goes back as one when one that lives far away fails', async () => {
    set = await stage()
    const { shop, other, debug, answers } = set
    await shop.push({ version: 'v2', healthcheck: false })

    const { rollouts } = await pass(scene)

    const outcomes = Object.fromEntries(rollouts.map(({ workload, outcome }) => [workload, outcome]))
    const [web, sync] = [shop.workload().id, other.workload('sync').id]
    expect(outcomes).toEqual({ [web]: 'succeeded', [sync]: 'succeeded', [`local/container/${debug}`]: 'succeeded' })
    expect(await answers()).toEqual(all('v2'))
    const expectIdle = async () => {
      const { State, HostConfig } = await shop.instance('idle')
      expect(State.Status).toBe('created')
      expect(HostConfig.NetworkMode).toBe(`container:${(await shop.instance()).Id}`)
    }
    await expectIdle()
    expect(await shop.upByHand('web', 'beside', 'far')).toEqual([])
    expect(await other.upByHand()).toEqual([])

    await shop.push({ version: 'not-for-debug', healthcheck: false })
    const second = await pass(scene)
    expect(second.rollouts.find(({ workload }) => workload === web)).toMatchObject({
      outcome: 'rolled-back',
      code: 'GATE_DEPENDANT',
    })
    expect(await answers()).toEqual(all('v2'))
    await expectIdle()
    expect((await pass(scene)).rollouts).toEqual([])
  })

  test(
    'with the state lost in the middle, all follow at once, and everything else is held',
    { timeout: crashTestLimitMs },
    async () => {
      const { shop, answers } = set
      await shop.push({ version: 'v3', healthcheck: false })
      await startCrashRun(scene, { crashAt: { [`${shop.name}/web`]: 'J8 bring-along before' } }).crash()
      lose()

      const { stderr } = await scene.run('run', '--once')

      expect(await answers(), stderr).toEqual(all('v3'))
      expect((await status(scene)).hold).toMatchObject({ code: 'STATE_LOST' })
      await shop.push({ version: 'v4', healthcheck: false })
      const held = await pass(scene)
      expect(held.rollouts).toEqual([])
      expect(about(held, shop.workload())).toMatchObject({ state: 'held', code: 'STATE_LOST' })
      await shop.push({ version: 'v3', healthcheck: false })
      await scene.run('resume')
    },
  )

  test('is followed, in its own project too, when it alone was restarted by hand or made anew; also over a state that was lost', async () => {
    const { shop, answers } = set
    await startAgain(scene, `${shop.name}-web-1`)
    expect(await answers()).not.toContain('v3')

    const { rollouts } = await pass(scene)

    expect(rollouts.map(({ outcome }) => outcome)).toEqual(rollouts.map(() => 'succeeded'))
    expect(await answers()).toEqual(all('v3'))
    expect((await shop.instance('idle')).State.Status).toBe('created')

    // As is left by a command of Compose that was killed before it came to the others.
    const anew = async () => {
      await shop.byHand('up', '--detach', '--force-recreate', 'web')
      expect(await answers()).not.toContain('v3')
    }
    await anew()
    await pass(scene)
    expect(await answers()).toEqual(all('v3'))
    expect(await shop.upByHand('web', 'beside', 'far')).toEqual([])

    await anew()
    lose()
    const { stderr } = await scene.run('run', '--once')
    expect(await answers(), stderr).toEqual(all('v3'))
    expect((await status(scene)).hold).toMatchObject({ code: 'STATE_LOST' })
  })

  test('is rolled out though one of it was ill before, and a SIGTERM comes as the first of it has followed', async () => {
    await scene.run('resume')
    const { shop, answers } = set
    const ill = `${shop.name}-ill`
    const health = ['--health-cmd', 'false', '--health-interval', '100ms', '--health-retries', '1']
    const options = ['--label', 'longshore.watch=true', '--network', `container:${shop.name}-far-1`, ...health]
    const command = ['sh', '-c', 'trap exit TERM; sleep 100000 & wait']
    await scene.docker('run', '--detach', '--name', ill, '--stop-timeout', '1', ...options, app.reference, ...command)
    const healthOf = () => scene.docker('inspect', '--format', '{{.State.Health.Status}}', ill)
    await waitUntil('it is ill', async () => (await healthOf()) === 'unhealthy')
    await shop.push({ version: 'v4', healthcheck: false })
    const running = scene.observe(
      ['run'],
      at('after', 'start-new', (self) => self.kill('SIGTERM')),
    )

    expect((await running.ended).code, running.log()).toBe(0)

    // Nothing is left cut off for as long as nobody runs; proving it may be left for later.
    expect(await answers(), running.log()).toEqual(all('v4'))
    expect(await scene.docker('exec', ill, 'sh', '-c', asking)).toBe('v4')
    await pass(scene)
    const found = (await history(scene)).find(
      ({ workload, kind }) => workload === shop.workload().id && kind === 'rollout-ended',
    )
    expect(found).toMatchObject({ outcome: 'succeeded' })
    expect(found?.reason).toContain(`${ill} had nothing to prove, not well before either`)
    await scene.docker('rm', '--force', ill)
  })

  test(
    'behind a plain container, with the state lost in the middle, all follow at once',
    { timeout: crashTestLimitMs },
    async () => {
      await scene.run('resume')
      const chain = await stageChain(scene, registry, app)
      await chain.provider.push({ version: 'v2', healthcheck: false })
      await startCrashRun(scene, { crashAt: { [chain.debug]: 'J6 start-new before' } }).crash()
      lose()

      const { stderr } = await scene.run('run', '--once')

      expect(await chain.wrong('v2'), stderr).toEqual([])
      expect((await status(scene)).hold).toMatchObject({ code: 'STATE_LOST' })
    },
  )
})
