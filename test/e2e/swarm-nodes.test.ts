import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { describeWithServices } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'
import { about, pass, status } from './stage/answers.ts'
import type { OnMoment, RunningLongshore } from './stage/longshore.ts'
import { at, crash } from './stage/moments.ts'
import { nodePlatforms, openNodes, type Node, type Nodes } from './stage/nodes.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { outlastsTaskEnds, removeServices, stageService, untilEmpty, type StagedService } from './stage/swarm.ts'

describeWithServices('Swarm services on three nodes', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  const gate = { stable: '300ms', minUptime: '300ms', deadline: '60s' }
  let nodes: Nodes
  const scenes = new Map<Node, Scene>()
  beforeAll(async () => {
    nodes = await openNodes(registryAddress)
    await nodes.settle()
    for (const node of nodes.all) {
      scenes.set(node, await openScene({}, async () => ({ ...node.engine, stop: async () => {} })))
    }
  })
  afterEach(async () => {
    await Promise.all(nodes.all.map(({ door }) => door.open()))
    await nodes.settle()
    await removeServices(sceneOf(nodes.all[0]))
    // Each node removes its own, and nobody else can meanwhile.
    for (const scene of scenes.values()) await untilEmpty(scene)
    for (const scene of scenes.values()) await scene.reset()
  })
  afterAll(async () => {
    for (const scene of scenes.values()) await scene.close()
    await nodes?.close()
  })

  function sceneOf(node: Node): Scene {
    const scene = scenes.get(node)
    if (scene === undefined) throw new Error(`${node.name} has no scene`)
    return scene
  }

  const withGate = ({ engine }: Node) => ({
    targets: [{ name: 'local', host: engine.host, brake: false }],
    defaults: { gate },
  })

  /** A scene beside an engine of the Swarm, and a service of a task for each node with a new version to roll out. */
  async function stage(
    node: Node,
    next: Parameters<StagedService['push']>[0] = { version: 'v2' },
    options: readonly string[] = [],
  ) {
    const scene = sceneOf(node)
    scene.configure(withGate(node))
    const service = stageService(scene, registry)
    const v1 = await service.push({ version: 'v1', platforms: nodePlatforms })
    await service.create('--replicas', '3', '--update-monitor', '300ms', '--rollback-monitor', '300ms', ...options)
    return { scene, service, v1, v2: await service.push({ platforms: nodePlatforms, ...next }) }
  }

  const each = (digest: string) => [digest, digest, digest]

  /** Between two tasks there is time to look. */
  const unhurried = ['--update-delay', '2s']

  async function midway(service: StagedService, digest: string): Promise<void> {
    await waitUntil('some tasks run the new version', async () => {
      const running = await service.running()
      return running.includes(digest) && running.some((one) => one !== digest)
    })
  }

  /** Names of the nodes that a service's tasks run on. */
  async function placed({ docker }: Node, { name }: StagedService): Promise<readonly string[]> {
    const ids = (await docker('service', 'ps', name, '--quiet', '--filter', 'desired-state=running')).split('\n')
    const found = (await docker('inspect', '--format', '{{.NodeID}}', ...ids)).split('\n')
    return nodes.all.filter(({ id }) => found.includes(id)).map(({ name: own }) => own)
  }

  const isLeader = ({ id, docker }: Node) =>
    docker('node', 'inspect', id, '--format', '{{.ManagerStatus.Leader}}').then((answer) => answer === 'true')

  async function findLeader(): Promise<Node> {
    for (const node of nodes.all) if (await isLeader(node)) return node
    throw new Error('the Swarm has no leader')
  }

  /** Another node than that one. */
  const besides = (node: Node): Node => (node === nodes.all[0] ? nodes.all[1] : nodes.all[0])

  /** Whether a task that runs this image is about to run on that node. */
  async function starts({ docker }: Node, { name }: StagedService, there: Node, digest: string): Promise<boolean> {
    const ids = (await docker('service', 'ps', name, '--quiet')).split('\n')
    const format = '{{.NodeID}} {{.Status.State}} {{.Spec.ContainerSpec.Image}}'
    const lines = (await docker('inspect', '--format', format, ...ids)).split('\n')
    return lines.some((line) => line.startsWith(`${there.id} starting `) && line.endsWith(digest))
  }

  const isDown = async ({ docker }: Node, { id }: Node) =>
    (await docker('node', 'inspect', id, '--format', '{{.Status.State}}')) === 'down'

  test('one whose node is drained in the middle goes on elsewhere, and Longshore that dies at another manager', async () => {
    const [one, two] = nodes.all
    const { scene, service, v2 } = await stage(one, undefined, unhurried)
    const drain = async (running: RunningLongshore) => {
      await midway(service, v2.digest)
      await one.docker('node', 'update', '--availability', 'drain', two.id)
      crash(running)
    }
    await scene.observe(['run', '--once'], at('after', 'update-service', drain)).ended
    scene.configure(withGate(two))

    const told = await pass(scene)

    const where = await placed(one, service)
    await one.docker('node', 'update', '--availability', 'active', two.id)
    expect(told.rollouts[0], told.rollouts[0]?.reason ?? '').toMatchObject({ outcome: 'succeeded' })
    expect(await service.running()).toEqual(each(v2.digest))
    expect(where).not.toContain(two.name)
  })

  test(
    'one whose node is lost in the middle, and comes back, gets there: what ended with it is not blamed',
    { timeout: 240_000 },
    async () => {
      const leader = await findLeader()
      const lost = besides(leader)
      const { scene, service, v2 } = await stage(leader, {
        version: 'v2',
        behaviour: 'slow-healthy',
        healthcheck: true,
      })
      // The node is missed, comes back and is given its task again first, which takes most of a minute on a busy machine.
      scene.configure({ ...withGate(leader), defaults: { gate: { ...gate, deadline: '120s' } } })
      let back: Promise<void> | undefined
      const lose = async () => {
        await waitUntil('the new version starts there', () => starts(leader, service, lost, v2.digest))
        await lost.engine.cutPower()
        back = waitUntil('it is missed', () => isDown(leader, lost)).then(() => lost.engine.restart())
      }

      const told = await pass(scene, at('after', 'update-service', lose))
      await back

      expect(told.rollouts[0], told.rollouts[0]?.reason ?? '').toMatchObject({ outcome: 'succeeded' })
      expect(await service.running()).toEqual(each(v2.digest))
      expect(about(await status(scene), service)).toMatchObject({ state: 'current' })
    },
  )

  /** For each of two of us: before they tell a service anything, they wait for each other. */
  function meetBefore(effect: 'update-service' | 'revert-service'): () => OnMoment {
    let arrived = 0
    return () =>
      at('before', effect, async () => {
        arrived += 1
        await waitUntil(`both are at ${effect}`, () => arrived === 2)
      })
  }

  const both =
    (...acts: readonly OnMoment[]): OnMoment =>
    async (moment, running) => {
      for (const act of acts) await act(moment, running)
    }

  test('two of us on two managers come to one update, also while the leader dies and comes back', async () => {
    const leader = await findLeader()
    const other = besides(leader)
    const { scene, service, v1, v2 } = await stage(leader, undefined, unhurried)
    sceneOf(other).configure(withGate(other))
    let back = Promise.resolve()
    const meet = meetBefore('update-service')
    const kill = at('after', 'update-service', async () => {
      await midway(service, v2.digest)
      await leader.engine.kill()
      back = leader.engine.restart()
    })

    const told = await Promise.all([pass(scene, meet()), pass(sceneOf(other), both(meet(), kill))])
    await back

    expect(told.map(({ rollouts }) => rollouts[0]?.outcome)).toEqual(['succeeded', 'succeeded'])
    expect(await service.running()).toEqual(each(v2.digest))
    expect(JSON.stringify((await service.inspect()).PreviousSpec)).toContain(v1.digest)
  })

  test('two of us on two managers take a bad version back once, and neither tries it again', async () => {
    const [one, two] = nodes.all
    const { scene, service, v1 } = await stage(one, { version: 'v2', behaviour: 'exits' }, outlastsTaskEnds)
    sceneOf(two).configure(withGate(two))
    const before = (await service.inspect()).Spec
    const [told, taken] = [meetBefore('update-service'), meetBefore('revert-service')]
    const run = (own: Scene) => pass(own, both(told(), taken()))

    const answers = await Promise.all([run(scene), run(sceneOf(two))])

    expect(answers.map(({ rollouts }) => rollouts[0]?.code)).toEqual(['GATE_EXITED', 'GATE_EXITED'])
    expect(answers.map(({ rollouts }) => rollouts[0]?.outcome)).toEqual(['rolled-back', 'rolled-back'])
    expect((await service.inspect()).Spec).toEqual(before)
    expect(await service.running()).toEqual(each(v1.digest))
    for (const own of [scene, sceneOf(two)]) {
      const again = await pass(own)
      expect(again.rollouts).toEqual([])
      expect(about(again, service)).toMatchObject({ state: 'held', code: 'QUARANTINED' })
    }
    expect((await service.inspect()).Spec).toEqual(before)
  })

  test('what one node cannot pull is taken back, and tried again later', async () => {
    const [one, , three] = nodes.all
    const { scene, service, v1, v2 } = await stage(one)
    await three.door.shut()

    const told = await pass(scene)

    expect(told.rollouts[0]).toMatchObject({ outcome: 'failed' })
    expect(told.rollouts[0]?.reason).toContain('is rejected')
    expect(await service.running()).toEqual(each(v1.digest))
    expect(about(told, service).code).not.toBe('QUARANTINED')

    // What was rejected then is still shown, and says nothing about the next try.
    await three.door.open()
    const again = await pass(scene)

    expect(again.rollouts[0], again.rollouts[0]?.reason ?? '').toMatchObject({ outcome: 'succeeded' })
    expect(await service.running()).toEqual(each(v2.digest))
  })

  test('nodes that a version is not for run none of it, and its health check counts on a manager that runs none either', async () => {
    const [one, two] = nodes.all
    const elsewhere = ['--constraint', `node.id!=${one.id}`]
    const { scene, service, v2 } = await stage(one, { version: 'v2', platforms: nodePlatforms.slice(0, 1), healthcheck: true }, elsewhere)
    const example = await sceneOf(one).docker('service', 'create', '--detach', '--replicas', '0', ...elsewhere, service.image)

    const told = await pass(scene)

    expect(told.rollouts[0]).toMatchObject({ outcome: 'succeeded', code: 'GATE_PASSED' })
    expect(await service.running()).toEqual(each(v2.digest))
    expect(await placed(one, service)).toEqual([two.name])
    expect(await one.docker('images', '--digests', '--format', '{{.Digest}}')).not.toContain(v2.digest)
    // Both as the command writes them for that image.
    const placement = (name: string) => one.docker('service', 'inspect', name, '--format', '{{json .Spec.TaskTemplate.Placement}}')
    expect(await placement(service.name)).toBe(await placement(example))
  }) // prettier-ignore
})
