import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { removeAbandonedEngines, removeEngine } from './engine-leftovers.ts'
import type { EngineNetwork } from './engine-network.ts'
import { claimNetwork } from './engine-network.ts'
import { lastLines } from './command.ts'
import { withMachineLock } from './lock.ts'
import { ping } from './ping.ts'
import { makePrivateFolder } from './private-folder.ts'
import { inNamespace, type NetworkNamespace } from './network-namespace.ts'
import { identify, kill, killPrograms, killTree } from './processes.ts'
import { waitUntil } from './wait.ts'

/** A Docker engine of our own, apart from any other on the machine. */
export interface Engine {
  /** For `DOCKER_HOST`: `unix://…`. */
  readonly host: string
  readonly apiVersion: string
  /** Stops the engine the orderly way if it runs, then starts it again over the same data. */
  restart(): Promise<void>
  /** Ends the engine without any warning, as a crash would. Its containers go on running; `restart` brings it back. */
  kill(): Promise<void>
  /** Ends the engine and all its containers at once, as when the machine loses its power; `restart` brings it back. */
  cutPower(): Promise<void>
  /** Removes the engine with its containers and all that it made on the machine. */
  stop(): Promise<void>
}

/** What an engine takes for the machine that it runs on. */
export interface Machine {
  /** Where it has its network, with all that it publishes there. */
  readonly namespace: NetworkNamespace
  /** What it says that it is: `i686`, as `setarch` has it; what it really is unless told otherwise. */
  readonly architecture?: string
}

/**
 * Starts a Docker engine with folders, socket and network of its own, and waits until it answers.
 * Needs root and the packages of `install.ts`. Several may run side by side.
 *
 * @param settings of its configuration file, as in `daemon.json`
 * @param programs folder with the `dockerd` to start instead of the installed one
 * @param machine that it runs on, instead of the one that it is started on
 */
export async function startEngine(
  settings: Readonly<Record<string, unknown>> = {},
  programs?: string,
  machine?: Machine,
): Promise<Engine> {
  if (process.getuid?.() !== 0) throw new Error('only root can start a Docker engine')
  const { folder, network } = await withMachineLock(async () => {
    await removeAbandonedEngines()
    const claimed = await claimNetwork()
    return { folder: makePrivateFolder(`engine-${claimed.slot}`), network: claimed }
  })
  const host = `unix://${join(folder, 'docker.sock')}`
  let removal: Promise<void> | undefined
  // Once only: afterwards the slot may be another engine's.
  const stop = (): Promise<void> => (removal ??= removeEngine(folder, network.slot))
  try {
    startContainerd(folder)
    writeFileSync(join(folder, 'daemon.json'), JSON.stringify(settings))
    const pools = ['--default-address-pool', network.pool]
    await machine?.namespace.addBridge(network)
    const place = { programs, machine }
    let running = await startDaemon(folder, network, pools, place)
    return {
      host,
      apiVersion: running.apiVersion,
      async restart() {
        await endDaemon(running.pid, 'SIGTERM')
        // With pools named, an engine that starts again removes `docker0`, whoever's it is (moby `initNetworkController`).
        running = await startDaemon(folder, network, [], place)
      },
      kill: () => endDaemon(running.pid, 'SIGKILL'),
      async cutPower() {
        // Its proxies of ports would outlive it, and hold their ports.
        await killTree(running.pid)
        await killPrograms(['containerd-shim-runc-v2'], `${folder}/`)
      },
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Our own, because the engine would otherwise share the one of an engine installed on the machine. */
function startContainerd(folder: string): void {
  const config = join(folder, 'containerd.toml')
  writeFileSync(
    config,
    [
      'version = 2',
      `root = "${folder}/containerd"`,
      `state = "${folder}/containerd-state"`,
      'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
      '[grpc]',
      `address = "${folder}/containerd.sock"`,
    ].join('\n'),
  )
  launch('containerd', ['--config', config], join(folder, 'containerd.log'))
}

async function startDaemon(
  folder: string,
  network: EngineNetwork,
  more: readonly string[],
  { programs, machine }: { readonly programs: string | undefined; readonly machine: Machine | undefined },
): Promise<{ pid: number; apiVersion: string }> {
  const host = `unix://${join(folder, 'docker.sock')}`
  const log = join(folder, 'dockerd.log')
  // Left by a killed engine; its number may meanwhile belong to another process.
  rmSync(join(folder, 'pid'), { force: true })
  const args = {
    '--config-file': join(folder, 'daemon.json'),
    '--host': host,
    '--data-root': join(folder, 'data'),
    '--exec-root': join(folder, 'exec'),
    '--pidfile': join(folder, 'pid'),
    '--containerd': join(folder, 'containerd.sock'),
    '--bridge': network.bridge,
    '--cgroup-parent': `/${network.bridge}`,
    '--exec-opt': 'native.cgroupdriver=cgroupfs',
  }
  // A starting engine empties the chains of every other engine on the machine. Ports published on 127.0.0.1 need none.
  const untouched = ['--iptables=false', '--ip6tables=false', '--ip-forward=false']
  const dockerd = machine?.architecture === undefined ? [] : ['setarch', machine.architecture]
  const [program = '', ...first] = [...inNamespace(machine?.namespace), ...dockerd, 'dockerd']
  const pid = launch(program, [...first, ...Object.entries(args).flat(), ...more, ...untouched], log, programs)
  const apiVersion = await waitUntil('the Docker engine answers', () => ping(host), {
    hopeless: () => {
      if (identify(pid) !== undefined) return undefined
      return new Error(`dockerd ended:\n${lastLines(readFileSync(log, 'utf8'))}`)
    },
  })
  return { pid, apiVersion }
}

async function endDaemon(pid: number, signal: NodeJS.Signals): Promise<void> {
  kill(pid, signal)
  await waitUntil('dockerd has ended', () => identify(pid) === undefined)
}

/** Starts a program that outlives a Ctrl-C in our terminal: we end it ourselves, in the right order. */
function launch(program: string, args: readonly string[], log: string, programs?: string): number {
  const output = openSync(log, 'a')
  // The engine looks for its own programs there too.
  const PATH = [programs ?? [], process.env['PATH'] ?? []].flat().join(':')
  const child = spawn(programs === undefined ? program : join(programs, program), args, {
    env: { ...process.env, PATH },
    detached: true,
    stdio: ['ignore', output, output],
  })
  closeSync(output)
  child.on('error', () => {})
  child.unref()
  if (child.pid === undefined) throw new Error(`${program} cannot be started: is it installed?`)
  return child.pid
}
