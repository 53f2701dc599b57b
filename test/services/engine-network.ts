import { run, tryRun } from './command.ts'
import { identify } from './processes.ts'

/** What one engine of ours has of the machine's network, so that several engines do not collide. */
export interface EngineNetwork {
  readonly slot: number
  readonly bridge: string
  /** Address of the bridge, with the length of its network: `10.210.0.1/24`. */
  readonly gateway: string
  /** From here the engine takes the addresses of user-defined networks. */
  readonly pool: string
}

const slotsMax = 32

const bridgeOf = (slot: number): string => `longshore-${slot}`
const prefixOf = (slot: number): string => `10.${210 + slot}.`

/**
 * Makes a bridge with addresses that no network of this machine uses.
 * Creating the bridge is what claims the slot: the kernel refuses a second of the same name.
 */
export async function claimNetwork(): Promise<EngineNetwork> {
  const routes = await run('ip', ['-4', 'route', 'show', 'table', 'all'])
  for (let slot = 0; slot < slotsMax; slot += 1) {
    if (routes.includes(` ${prefixOf(slot)}`) || routes.includes(`\n${prefixOf(slot)}`)) continue
    const bridge = bridgeOf(slot)
    if ((await tryRun('ip', ['link', 'add', 'name', bridge, 'type', 'bridge'])).code !== 0) continue
    const gateway = `${prefixOf(slot)}0.1/24`
    await run('ip', ['address', 'add', gateway, 'dev', bridge])
    await run('ip', ['link', 'set', 'dev', bridge, 'alias', identify(process.pid) ?? '', 'up'])
    // An engine beside ours may have set the policy DROP, which then holds between containers on one bridge too.
    await tryRun('iptables', ['--wait', '--insert', ...acceptRule(slot)])
    return { slot, bridge, gateway, pool: `base=${prefixOf(slot)}128.0/17,size=24` }
  }
  throw new Error(`${slotsMax} engines are already running, or the networks 10.210.0.0/16 and up are in use`)
}

/** Takes away every bridge and rule of that slot, and the bridges that its engine made for user-defined networks. */
export async function releaseNetwork(slot: number): Promise<void> {
  for (let removed = true; removed;) {
    removed = (await tryRun('iptables', ['--wait', '--delete', ...acceptRule(slot)])).code === 0
  }
  // Not `networkInterfaces()`: it leaves out the bridges that no container is on.
  const addresses = await run('ip', ['-4', '-oneline', 'address', 'show'])
  const bridges = [...addresses.matchAll(/^\d+: (br-[0-9a-f]+|docker_gwbridge) +inet ([\d.]+)/gm)]
    .filter(([, , address]) => address?.startsWith(prefixOf(slot)))
    .map(([, name = '']) => name)
  for (const bridge of [...bridges, bridgeOf(slot)]) await tryRun('ip', ['link', 'delete', bridge])
}

/** The slots whose bridge was made by a process that is gone, wherever that kept its folders. */
export async function listAbandonedSlots(): Promise<number[]> {
  const links = await run('ip', ['-oneline', 'link', 'show', 'type', 'bridge'])
  return [...links.matchAll(/^\d+: longshore-(\d+)[:@](?:.* alias ((\d+)-\d+))?/gm)]
    .filter(([, , owner, pid]) => owner === undefined || identify(Number(pid)) !== owner)
    .map(([, slot]) => Number(slot))
}

function acceptRule(slot: number): string[] {
  const all = `${prefixOf(slot)}0.0/16`
  const comment = ['-m', 'comment', '--comment', bridgeOf(slot)]
  return ['FORWARD', '--source', all, '--destination', all, ...comment, '--jump', 'ACCEPT']
}
