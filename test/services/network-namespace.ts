import { spawn } from 'node:child_process'
import { readlinkSync } from 'node:fs'
import { run } from './command.ts'
import type { EngineNetwork } from './engine-network.ts'
import { kill } from './processes.ts'
import { waitUntil } from './wait.ts'

/** A network of its own: addresses and ports in there are nobody else's, and nothing of it is seen outside. */
export interface NetworkNamespace {
  /** Of the process that holds it. It is gone when that is, at the latest with this process. */
  readonly pid: number
  /** Runs a program in there and gives what it printed. */
  run(...command: readonly [string, ...string[]]): Promise<string>
  /** Makes the bridge of an engine in there too. */
  addBridge(network: Pick<EngineNetwork, 'bridge' | 'gateway'>): Promise<void>
  close(): void
}

/** What stands before a command that is to run in a namespace; nothing where there is none. */
export const inNamespace = (namespace: Pick<NetworkNamespace, 'pid'> | undefined): readonly string[] =>
  namespace === undefined ? [] : ['nsenter', `--net=/proc/${namespace.pid}/ns/net`]

/** Makes a network with nothing in it but its loopback. Needs root. */
export async function openNamespace(): Promise<NetworkNamespace> {
  const held = ['unshare', '--net', 'sleep', 'infinity']
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...held], { detached: true, stdio: 'ignore' })
  child.on('error', () => {})
  const { pid } = child
  if (pid === undefined) throw new Error('setpriv cannot be started')
  const ours = readlinkSync('/proc/self/ns/net')
  await waitUntil('the network namespace is there', () => readlinkSync(`/proc/${pid}/ns/net`) !== ours, { everyMs: 5 })
  const namespace: NetworkNamespace = {
    pid,
    run(...command) {
      const [program = '', ...args] = [...inNamespace({ pid }), ...command]
      return run(program, args)
    },
    async addBridge({ bridge, gateway }) {
      await namespace.run('ip', 'link', 'add', 'name', bridge, 'type', 'bridge')
      await namespace.run('ip', 'address', 'add', gateway, 'dev', bridge)
      await namespace.run('ip', 'link', 'set', 'dev', bridge, 'up')
    },
    close: () => kill(pid, 'SIGKILL'),
  }
  await namespace.run('ip', 'link', 'set', 'dev', 'lo', 'up')
  return namespace
}
