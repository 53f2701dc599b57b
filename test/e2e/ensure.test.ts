import { rmSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { freePort } from '../services/free-port.ts'
import { pushImage, type PushedImage } from '../services/images.ts'
import { describeWithServices, uniqueName } from '../services/shared.ts'
import { about, history, pass, plan, status } from './stage/answers.ts'
import { outlastsEnds } from './stage/gates.ts'
import { at, crash } from './stage/moments.ts'
import { readPage } from './stage/page.ts'
import { openScene, type Scene } from './stage/scene.ts'

const gate = { stable: '500ms', minUptime: '1s', deadline: '20s' }
const hidden = 'never-to-be-seen-anywhere'

describeWithServices('a container that the configuration writes', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene()
  })
  afterEach(() => scene.reset())
  afterAll(() => scene?.close())

  interface Written {
    readonly name: string
    readonly id: string
    readonly pushed: PushedImage
    push(behaviour: 'healthy' | 'exits'): Promise<PushedImage>
  }

  /** Writes a container whose image is pushed. */
  async function write(
    ensure: Readonly<Record<string, unknown>> = {},
    behaviour: 'healthy' | 'exits' = 'healthy',
  ): Promise<Written> {
    const name = uniqueName('ensured')
    const push = (to: 'healthy' | 'exits', version = 'v2') =>
      pushImage(registry, { repository: name, version, healthcheck: false, behaviour: to })
    const pushed = await push(behaviour, 'v1')
    const workloads = [{ ensure: { name, image: pushed.reference, ...ensure } }]
    const minUptime = behaviour === 'exits' ? outlastsEnds : gate.minUptime
    scene.configure({ defaults: { gate: { ...gate, minUptime }, keepOld: '0s' }, workloads })
    return { name, id: `local/container/${name}`, pushed, push }
  }

  test('is made, kept, and made again when it was removed by hand', async () => {
    const port = await freePort()
    await scene.docker('network', 'create', 'front')
    await scene.docker('network', 'create', 'back')
    const web = await write({
      env: { TOKEN: hidden, COLOR: 'blue' },
      ports: [`127.0.0.1:${port}:8080`],
      volumes: ['ensured-data:/data', '/scratch'],
      networks: ['front', 'back'],
      labels: { team: 'shop' },
      user: '0:0',
    })

    expect(about(await plan(scene), web)).toMatchObject({ code: 'ABSENT', rollout: { changes: [] } })
    const first = await pass(scene)

    expect(first).toMatchObject({ code: 0, rollouts: [{ workload: web.id, outcome: 'succeeded', stage: 'ended' }] })
    const made = await scene.inspect(web.name)
    expect(made).toMatchObject({
      Image: web.pushed.configDigest,
      Config: { Image: web.pushed.reference, User: '0:0', Labels: { team: 'shop' } },
      HostConfig: { RestartPolicy: { Name: 'unless-stopped' }, NetworkMode: 'front' },
      State: { Status: 'running' },
    })
    expect(made.Config.Env).toEqual(expect.arrayContaining([`TOKEN=${hidden}`, 'COLOR=blue', 'VERSION=v1']))
    expect(Object.keys(made.NetworkSettings.Networks).toSorted()).toEqual(['back', 'front'])
    expect(made.Mounts.map(({ Destination }) => Destination).toSorted()).toEqual(['/data', '/scratch'])
    expect(await readPage(port)).toBe('v1')

    const second = await pass(scene)
    expect(second.rollouts).toEqual([])
    expect(about(second, web)).toMatchObject({ state: 'current', reason: 'it runs what the tag latest names' })

    await scene.docker('rm', '--force', web.name)
    expect((await pass(scene)).rollouts).toMatchObject([{ outcome: 'succeeded' }])
    const events = await history(scene)
    expect(events.map(({ reason }) => reason)).toContain('it does not exist; it is made as ensure says')
    expect(JSON.stringify([first, second, events])).not.toContain(hidden)

    const v2 = await web.push('healthy')
    await pass(scene)
    const moved = await scene.inspect(web.name)
    expect(moved.Image).toBe(v2.configDigest)
    expect(moved.Config.Env).toEqual(expect.arrayContaining([`TOKEN=${hidden}`, 'VERSION=v2']))
  })

  test('is removed and not tried again when it fails its gate, until another digest comes', async () => {
    const web = await write({ restart: 'no' }, 'exits')

    const first = await pass(scene)
    expect(first.rollouts).toMatchObject([{ outcome: 'rolled-back', code: 'GATE_EXITED' }])
    expect(await scene.containers()).toEqual([])
    expect(about(first, web)).toMatchObject({ state: 'held', code: 'QUARANTINED' })
    expect((await pass(scene)).rollouts).toEqual([])

    await web.push('healthy')
    expect((await pass(scene)).rollouts).toMatchObject([{ outcome: 'succeeded' }])
    expect(await scene.containers()).toEqual([web.name])
  })

  test('is not made while it is paused', async () => {
    const web = await write()
    await scene.run('pause')

    expect(about(await pass(scene), web)).toMatchObject({ state: 'held', code: 'ROLLOUTS_PAUSED' })

    expect(await scene.containers()).toEqual([])
  })

  test('that exists already is its owner’s, and what is otherwise is said by name alone', async () => {
    const web = await write({ env: { TOKEN: hidden }, ports: ['8080'] })
    const options = ['--name', web.name, '--env', 'TOKEN=other', '--restart', 'unless-stopped']
    const id = await scene.docker('run', '--detach', ...options, web.pushed.reference)

    const told = await pass(scene)

    expect(about(told, web)).toMatchObject({
      state: 'current',
      reason: expect.stringContaining('it is there with another env, ports than ensure says, which stays as it is'),
    })
    expect((await scene.inspect(web.name)).Id).toBe(id)
    expect((await scene.run('why', web.name)).stdout).toContain('another env, ports than ensure says')
    expect(JSON.stringify([told, await status(scene)])).not.toContain(hidden)
  })

  test.each(['create', 'start-new', 'arm-new'] as const)(
    'survives a kill right after %s, and is one',
    async (effect) => {
      const web = await write()
      const killed = await scene.observe(['run', '--once'], at('after', effect, crash)).ended
      expect(killed.signal).toBe('SIGKILL')

      await pass(scene)

      expect(await scene.containers()).toEqual([web.name])
      expect(await scene.inspect(web.name)).toMatchObject({
        Image: web.pushed.configDigest,
        State: { Status: 'running' },
        HostConfig: { RestartPolicy: { Name: 'unless-stopped' } },
      })
    },
  )

  test('that fails after the state was lost is a person’s to look at, is shown as that, and made anew once removed', async () => {
    const web = await write({}, 'exits')
    await scene.observe(['run', '--once'], at('after', 'start-new', crash)).ended
    rmSync(scene.stateFolder, { recursive: true, force: true })

    expect((await pass(scene)).rollouts).toMatchObject([{ workload: web.id, outcome: 'needs-human' }])

    await scene.run('resume')
    const told = about(await pass(scene), web)
    expect(told).toMatchObject({ state: 'ignored', code: 'STOPPED' })
    expect(told.reason).toContain(`once it is removed (docker rm ${web.name}) it is made anew as ensure says`)
    expect((await history(scene)).map(({ reason }) => reason)).toContainEqual(
      expect.stringContaining(`the state of its rollout was lost, and it`),
    )

    // Its digest failed, so that another has to be named first.
    await scene.docker('rm', web.name)
    expect(about(await pass(scene), web)).toMatchObject({ state: 'held', code: 'QUARANTINED' })
    const v2 = await web.push('healthy')
    expect((await pass(scene)).rollouts).toMatchObject([{ outcome: 'succeeded' }])
    expect((await scene.inspect(web.name)).Image).toBe(v2.configDigest)
  })

  test.each([
    ['create', []],
    ['start-new', ['running']],
  ] as const)(
    'killed after %s, with the state lost: nothing is made before a person has looked',
    async (effect, left) => {
      const web = await write()
      await scene.observe(['run', '--once'], at('after', effect, crash)).ended
      rmSync(scene.stateFolder, { recursive: true, force: true })

      const told = await pass(scene)

      expect((await status(scene)).hold).toMatchObject({ code: 'STATE_LOST' })
      const statuses = await Promise.all(
        (await scene.containers()).map(async (each) => (await scene.inspect(each)).State.Status),
      )
      expect(statuses, JSON.stringify(told.rollouts)).toEqual(left)
      expect((await pass(scene)).rollouts).toEqual([])

      expect((await scene.run('resume')).code).toBe(0)
      await pass(scene)
      expect(await scene.containers()).toEqual([web.name])
    },
  )
})
