import { about, pass, type PassAnswer } from '../../e2e/stage/answers.ts'
import { at } from '../../e2e/stage/moments.ts'
import { nodePlatforms, openNodes, type Node, type Nodes } from '../../e2e/stage/nodes.ts'
import { openScene, type Scene } from '../../e2e/stage/scene.ts'
import { stageService, type StagedService } from '../../e2e/stage/swarm.ts'
import type { Behaviour } from '../../services/image-content.ts'
import type { PushRegistry } from '../../services/push.ts'
import { waitUntil } from '../../services/wait.ts'
import { watchAvailability, type Availability, type Watch } from './availability.ts'

/** What became of one version. */
export interface Turn {
  readonly place: number
  readonly behaviour: Behaviour
  /** What the owner has the Swarm do with an update that fails. */
  readonly action: 'pause' | 'rollback'
  /** The node that was killed in the middle; null for none. */
  readonly killed: string | null
  /** How each of its rollouts ended, and why, in order. */
  readonly outcomes: readonly string[]
  /** Null when it came to what it should; otherwise what is wrong, in words. */
  readonly loss: string | null
}

/** What an endurance run over three nodes found. */
export interface SwarmEndured {
  readonly engineVersion: string
  readonly replicas: number
  readonly parallelism: number
  readonly turns: readonly Turn[]
  readonly availability: Availability
}

interface EndureOptions {
  readonly registry: PushRegistry
  /** Every other one is bad. */
  readonly rollouts: number
  /** Places of rollouts in whose middle a node is killed, from 1. */
  readonly kills: readonly number[]
  /** Tasks that are exchanged at once. */
  readonly parallelism: number
  readonly say: (line: string) => void
}

const replicas = 12
/** Between two exchanges: a round of questions has to be shorter. */
const paceMs = 500
const bad: readonly Behaviour[] = ['exits', 'unhealthy', 'cannot-start', 'crash-loop']
/** Passes that a version may take. */
const passesMax = 5

/**
 * Rolls a service of twelve tasks over three nodes from version to version, kills nodes in the middle, and asks all of
 * its tasks meanwhile through their published ports on the loopback of their nodes. Everything is removed at the end.
 */
export async function endureSwarm(options: EndureOptions): Promise<SwarmEndured> {
  const nodes = await openNodes(options.registry.address)
  try {
    await nodes.settle()
    const [{ engine }] = nodes.all
    const scene = await openScene({}, async () => ({ ...engine, stop: async () => {} }))
    try {
      return await endureOn(nodes, scene, options)
    } finally {
      await scene.close()
    }
  } finally {
    await nodes.close()
  }
}

async function endureOn(nodes: Nodes, scene: Scene, options: EndureOptions): Promise<SwarmEndured> {
  const { registry, rollouts, kills, parallelism, say } = options
  const gate = { stable: '500ms', minUptime: '500ms', deadline: '20s' }
  scene.configure({ targets: [{ name: 'local', host: scene.engine.host, brake: false }], defaults: { gate } })
  const service = stageService(scene, registry)
  const push = (version: string, behaviour: Behaviour) =>
    service.push({ version, behaviour, healthcheck: true, platforms: nodePlatforms })
  let good = (await push('v0', 'healthy')).digest as string
  await service.create(...describeService(parallelism))
  const doors = nodes.all.map(({ door }) => door)
  const watch = watchAvailability({ doors, promised: replicas - parallelism, paceMs })
  const turns: Turn[] = []
  try {
    for (let place = 1; place <= rollouts; place += 1) {
      const action = place > rollouts / 2 ? 'rollback' : 'pause'
      await scene.docker('service', 'update', '--detach', '--update-failure-action', action, service.name)
      const isBad = place % 2 === 0
      const behaviour = isBad ? (bad[(place / 2 - 1) % bad.length] ?? 'exits') : 'healthy'
      const nth = kills.indexOf(place)
      // The one that Longshore asks comes last.
      const killed = nth === -1 ? null : (nodes.all[(nth + 1) % nodes.all.length] ?? null)
      watch.tell(`rollout ${place} (${behaviour}${killed === null ? '' : `, ${killed.name} is killed`})`)
      const { digest } = await push(`v${place}`, behaviour)
      const wanted = isBad ? good : digest
      const turn = { nodes, scene, service, watch, killed, isBad, digest, wanted }
      const { outcomes, loss } = await goThrough(turn)
      good = wanted
      turns.push({ place, behaviour, action, killed: killed?.name ?? null, outcomes, loss })
      say(`${place} of ${rollouts}: ${behaviour}, ${killed?.name ?? 'no node'} killed: ${outcomes.join(', ')}; ${loss ?? 'as it should be'}`)
    }
  } finally {
    // Before the doors that it asks at are closed.
    await watch.end()
  } // prettier-ignore
  const availability = await watch.end()
  const engineVersion = await scene.docker('version', '--format', '{{.Server.Version}}')
  return { engineVersion, replicas, parallelism, turns, availability }
}

/** Its owner's word on updates is what is promised: so many at once, and stop-first. */
const describeService = (parallelism: number): readonly string[] =>
  [
    ['--replicas', String(replicas), '--publish', 'mode=host,target=8080'],
    ['--update-parallelism', String(parallelism), '--update-delay', `${paceMs}ms`],
    ['--rollback-parallelism', String(parallelism), '--rollback-delay', `${paceMs}ms`],
  ].flat()

interface TurnSetting {
  readonly nodes: Nodes
  readonly scene: Scene
  readonly service: StagedService
  readonly watch: Watch
  readonly killed: Node | null
  readonly isBad: boolean
  readonly digest: string
  /** What all tasks are to run in the end. */
  readonly wanted: string
}

async function goThrough(setting: TurnSetting): Promise<Pick<Turn, 'outcomes' | 'loss'>> {
  const { nodes, scene, service, watch, killed, isBad, digest, wanted } = setting
  let back: Promise<void> | null = null
  const kill = at('after', 'update-service', async () => {
    if (killed === null) return
    if (!isBad) await waitUntil('some run it', async () => (await service.running()).includes(digest))
    back = loseNode(nodes, killed, service, watch)
    // It is awaited below, after the passes that it goes through.
    back.catch(() => {})
    await waitUntil('it is killed', async () => (await killed.door.ask()).length === 0)
  })
  const outcomes: string[] = []
  const code = isBad ? 'QUARANTINED' : 'CURRENT'
  let told: PassAnswer | undefined
  for (let passes = 0; passes < passesMax; passes += 1) {
    told = await pass(scene, passes === 0 ? kill : undefined)
    outcomes.push(...told.rollouts.map(({ outcome, code: why }) => `${outcome} (${why})`))
    if (about(told, service).code === code) break
  }
  await back
  await nodes.settle()
  const isWell = async () => {
    const running = await service.running()
    return running.length === replicas && running.every((one) => one === wanted)
  }
  const loss = await waitUntil('all run what they should', isWell, { limitMs: 30_000 }).then(
    () => null,
    async () => `its tasks run ${(await service.running()).join(', ')}`,
  )
  const answered = told === undefined ? null : about(told, service)
  return { outcomes, loss: loss ?? (answered?.code === code ? null : `it is ${answered?.code}: ${answered?.reason}`) }
}

/** How long a Swarm may take to run the tasks of a lost node elsewhere: a bad version goes back first. */
const replacedMs = 120_000

/**
 * Takes the power of a node, and gives it back once its Swarm has missed it.
 * Ends when others have run instead of each of its tasks that ran: until then the Swarm exchanges others beside them.
 */
async function loseNode(nodes: Nodes, node: Node, { name }: StagedService, watch: Watch): Promise<void> {
  const others = nodes.all.filter((each) => each !== node)
  const [other = node] = others
  const list = async (on: readonly Node[], ...filter: string[]) => {
    const filters = [...on.flatMap(({ id }) => ['--filter', `node=${id}`]), ...filter]
    const told = await other.docker(
      'service',
      'ps',
      name,
      ...filters,
      '--format',
      '{{.ID}} {{.Name}} {{.CurrentState}}',
    )
    // What has been in the same slot before is indented.
    const found = [...told.matchAll(/^(\S+) +(?:\\_ )?(\S+) (\S+)/gm)]
    return found.map(([, id = '', slot = '', state]) => ({ id, slot, isRunning: state === 'Running' }))
  }
  const isLeader = (await other.docker('node', 'inspect', node.id, '--format', '{{.ManagerStatus.Leader}}')) === 'true'
  // What ran there is known for sure once nothing there can say anything more; until then nothing is promised.
  watch.lose(Infinity)
  await node.engine.cutPower()
  // The next leader exchanges as many as the settings say beside those that the last one had begun with.
  const suspects = await waitUntil('another one leads', () => (isLeader ? list(nodes.all) : list([node])))
  const lost = new Set(suspects.flatMap(({ slot, isRunning }) => (isLeader || isRunning ? slot : [])))
  // A slot may come to run on the same node, by another task, once that is back.
  const gone = new Set((await list([node])).map(({ id }) => id))
  const isReplaced = async () => {
    for (const { id, slot, isRunning } of await list(nodes.all, '--filter', 'desired-state=running'))
      if (isRunning && !gone.has(id)) lost.delete(slot)
    watch.lose(lost.size)
    return lost.size === 0
  }
  await isReplaced()
  const state = () => other.docker('node', 'inspect', node.id, '--format', '{{.Status.State}}')
  await waitUntil('it is missed', async () => (await state()) === 'down')
  await Promise.all([
    node.engine.restart(),
    waitUntil('other tasks run instead of its own', isReplaced, { limitMs: replacedMs, everyMs: 250 }),
  ])
}
