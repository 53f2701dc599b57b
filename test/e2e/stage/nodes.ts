import { rmSync } from 'node:fs'
import { docker } from '../../services/docker.ts'
import { startEngine, type Engine } from '../../services/engine.ts'
import { machinePlatform } from '../../services/images.ts'
import { openDoor, type NamespaceDoor } from '../../services/namespace-door.ts'
import { openNamespace, type NetworkNamespace } from '../../services/network-namespace.ts'
import { makePrivateFolder } from '../../services/private-folder.ts'
import { waitUntil } from '../../services/wait.ts'

/** One machine of a Swarm: an engine in a network of its own, where only the other nodes are, and the registry. */
export interface Node {
  readonly name: string
  readonly engine: Engine
  /** Its way to the registry, and to what it publishes. */
  readonly door: NamespaceDoor
  /** Id in the Swarm. */
  readonly id: string
  docker(...args: string[]): Promise<string>
}

/** A Swarm of three managers. */
export interface Nodes {
  readonly all: readonly [Node, Node, Node]
  /** Waits until the Swarm has all three again, and a leader. */
  settle(): Promise<void>
  close(): Promise<void>
}

const addressOf = (place: number): string => `10.98.0.${place + 1}`

/** What the third node says that it is: nothing runs on it that is not said to run there. */
const odd = 'i686'

/** The platforms of images that run on every node. */
export const nodePlatforms = [machinePlatform, `linux/${odd}`]

/**
 * Starts three engines that reach each other over a bridge in a fourth network namespace, and makes a Swarm of them.
 * @param registryAddress `127.0.0.1:port`, which they all reach under that name
 */
export async function openNodes(registryAddress: string): Promise<Nodes> {
  const folder = makePrivateFolder('nodes')
  const closing: (() => void | Promise<void>)[] = [() => rmSync(folder, { recursive: true, force: true })]
  const close = async () => {
    for (const each of closing.toReversed()) await each()
  }
  try {
    const hub = await openNamespace()
    closing.push(() => hub.close())
    await hub.addBridge({ bridge: 'hub', gateway: '10.98.0.254/24' })
    const open = async (place: number) => {
      const namespace = await openNamespace()
      closing.push(() => namespace.close())
      await plug(hub, namespace, place)
      const [engine, door] = await Promise.all([
        startEngine({ 'max-download-attempts': 1 }, undefined, {
          namespace,
          ...(place === 2 && { architecture: odd }),
        }),
        openDoor(namespace, Number(registryAddress.split(':')[1]), folder),
      ])
      closing.push(
        () => door.close(),
        () => engine.stop(),
      )
      return { name: `n${place + 1}`, engine, door, docker: (...args: string[]) => docker(engine.host, ...args) }
    }
    const machines = await Promise.all([open(0), open(1), open(2)])
    const [first, ...others] = machines
    await first.docker('swarm', 'init', '--dispatcher-heartbeat', '2s', ...addresses(0))
    const token = await first.docker('swarm', 'join-token', '--quiet', 'manager')
    // Two at once may each find the other half-way in.
    for (const [place, other] of others.entries()) {
      await other.docker('swarm', 'join', '--token', token, ...addresses(place + 1), `${addressOf(0)}:2377`)
    }
    const identify = async (machine: (typeof machines)[number]): Promise<Node> => ({
      ...machine,
      id: await machine.docker('info', '--format', '{{.Swarm.NodeID}}'),
    })
    const [one, two, three] = machines
    const all = [await identify(one), await identify(two), await identify(three)] as const
    return { all, settle: () => settle(all), close }
  } catch (error) {
    await close()
    throw error
  }
}

const addresses = (place: number): readonly string[] => [
  '--advertise-addr',
  addressOf(place),
  '--listen-addr',
  `${addressOf(place)}:2377`,
]

/** A cable from a node to the bridge of all. */
async function plug(hub: NetworkNamespace, node: NetworkNamespace, place: number): Promise<void> {
  const far = ['peer', 'name', 'eth0', 'netns', String(node.pid)]
  await hub.run('ip', 'link', 'add', `port${place}`, 'type', 'veth', ...far)
  await hub.run('ip', 'link', 'set', 'dev', `port${place}`, 'master', 'hub', 'up')
  await node.run('ip', 'address', 'add', `${addressOf(place)}/24`, 'dev', 'eth0')
  await node.run('ip', 'link', 'set', 'dev', 'eth0', 'up')
}

function settle(all: Nodes['all']): Promise<void> {
  const isWhole = async ({ docker: tell }: Node) => {
    const lines = (await tell('node', 'ls', '--format', '{{.Status}} {{.ManagerStatus}}')).split('\n')
    return lines.filter((line) => /^Ready (Leader|Reachable)$/.test(line)).length === all.length
  }
  return waitUntil('the Swarm is whole', async () => (await Promise.all(all.map(isWhole))).every(Boolean)).then(
    () => {},
  )
}
