import { spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { lastLines, tryRun } from './command.ts'
import type { Engine } from './engine.ts'
import { ensureInstalled } from './install.ts'
import { ping } from './ping.ts'
import { findPrivateFolders, makePrivateFolder } from './private-folder.ts'
import { identify, killPrograms } from './processes.ts'
import { waitUntil } from './wait.ts'

/** The unprivileged user that the engine runs as. It exists for its own processes alone: the machine's users stay as they are. */
const user = { name: 'longshore-rootless', id: 61_234, firstSubordinate: 200_000_000 }

/**
 * Why no rootless engine can be started here; null when one can. What it needs is installed, and a user namespace with
 * its network is made, as an engine's is.
 */
export async function whyNoRootless(): Promise<string | null> {
  if (process.getuid?.() !== 0) return 'only root can make a user for it'
  try {
    await ensureInstalled(['rootless'], (line) => void process.stdout.write(`${line}\n`))
  } catch (error) {
    const [first = ''] = String(error instanceof Error ? error.message : error).split('\n')
    return `rootlesskit, uidmap and slirp4netns cannot be installed: ${first}`
  }
  const folder = prepareFolder()
  try {
    const { code, stderr } = await tryRun('unshare', unshareArguments(folder, 'true'))
    if (code === 0) return null
    const said = lastLines(stderr).split('\n').at(-1)?.slice(0, 200)
    return `no user namespace can be made (${whatForbids() ?? 'the kernel does not say why'}): ${said}`
  } finally {
    await removeFolder(folder)
  }
}

/** The setting of the kernel that keeps users from making namespaces; null for none that is known. */
function whatForbids(): string | null {
  const forbidding = [
    ['user/max_user_namespaces', '0'],
    ['kernel/unprivileged_userns_clone', '0'],
    ['kernel/apparmor_restrict_unprivileged_userns', '1'],
  ] as const
  const found = forbidding.find(([name, value]) => {
    const path = `/proc/sys/${name}`
    return existsSync(path) && readFileSync(path, 'utf8').trim() === value
  })
  return found === undefined ? null : `${found[0].replaceAll('/', '.')} is ${found[1]}`
}

/**
 * Starts an engine of an unprivileged user, in a user and a network namespace of its own.
 * @param registry `127.0.0.1:port` that it is to reach under that address too
 */
export async function startRootlessEngine(registry: string): Promise<Engine> {
  for (const { path, isAbandoned } of findPrivateFolders(/rootless/)) if (isAbandoned) await removeFolder(path)
  const folder = prepareFolder()
  const host = `unix://${join(folder, 'run/docker.sock')}`
  const door = await openDoor(join(folder, 'registry.sock'), registry)
  const begin = async () => {
    const apiVersion = await startDaemon(folder, host)
    openOtherSide(folder, Number(registry.split(':').at(-1)))
    return apiVersion
  }
  const stop = async () => {
    door.close()
    await removeFolder(folder)
  }
  try {
    return {
      host,
      apiVersion: await begin(),
      async restart() {
        await endAll(folder)
        await begin()
      },
      kill: () => endAll(folder),
      cutPower: () => endAll(folder),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Everything of the engine lies below it; it runs as the user, who has to be let in. */
function prepareFolder(): string {
  const folder = makePrivateFolder('rootless')
  chmodSync(folder, 0o711)
  for (const each of ['home', 'run']) {
    mkdirSync(join(folder, each))
    chownSync(join(folder, each), user.id, user.id)
  }
  const entry = `${user.name}:x:${user.id}:`
  const subordinates = `${user.name}:${user.firstSubordinate}:65536\n`
  const files = {
    passwd: `${readFileSync('/etc/passwd', 'utf8')}${entry}${user.id}::${folder}/home:/bin/sh\n`,
    group: `${readFileSync('/etc/group', 'utf8')}${entry}\n`,
    subuid: subordinates,
    subgid: subordinates,
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o644 })
  writeFileSync(join(folder, 'machine.sh'), machineScript, { mode: 0o755 })
  writeFileSync(join(folder, 'engine.sh'), engineScript, { mode: 0o755 })
  return folder
}

/** In a mount namespace of their own these are seen by nobody else: the user, and a device that users may open. */
const machineScript = `set -e
# The whole folder: over a file that the machine does not have nothing can be mounted.
mkdir -p "$1/etc"
mount -t tmpfs -o mode=755 tmpfs "$1/etc"
cp -a /etc/. "$1/etc"
for each in passwd group subuid subgid; do
  cp "$1/$each" "$1/etc/$each"
done
mount --bind "$1/etc" /etc
mkdir -p /dev/net
mount -t tmpfs tmpfs /dev/net
mknod -m 666 /dev/net/tun c 10 200
exec setpriv --reuid ${user.id} --regid ${user.id} --clear-groups \\
  env "HOME=$1/home" "XDG_RUNTIME_DIR=$1/run" "PATH=$PATH:/usr/sbin:/sbin" \\
  rootlesskit --state-dir "$1/run/kit" --net slirp4netns --mtu 65520 --disable-host-loopback --port-driver builtin \\
  --copy-up /etc --copy-up /run "$2" "$1"
`

/** As Debian's \`dockerd-rootless.sh\` does it, with folders of its own. */
const engineScript = `#!/bin/sh
rm -f /run/docker /run/containerd /run/xtables.lock
exec dockerd --rootless --host "unix://$1/run/docker.sock" --data-root "$1/home/data" --exec-root "$1/run/exec" \\
  --pidfile "$1/run/pid" --iptables=false --ip6tables=false
`

const unshareArguments = (folder: string, program: string): string[] => {
  const script = join(folder, 'machine.sh')
  return ['--mount', '--propagation', 'private', 'sh', script, folder, program]
}

async function startDaemon(folder: string, host: string): Promise<string> {
  const log = join(folder, 'log')
  rmSync(join(folder, 'run'), { recursive: true, force: true })
  mkdirSync(join(folder, 'run'))
  chownSync(join(folder, 'run'), user.id, user.id)
  const pid = launch('unshare', unshareArguments(folder, join(folder, 'engine.sh')), log)
  return waitUntil('the rootless engine answers', () => ping(host), {
    hopeless: () => {
      if (identify(pid) !== undefined) return undefined
      return new Error(`the rootless engine ended:\n${lastLines(readFileSync(log, 'utf8'))}`)
    },
  })
}

/** The registry behind a socket: sockets of the file system are not of a network namespace. */
async function openDoor(path: string, registry: string): Promise<Server> {
  const [hostname, port] = registry.split(':')
  const server = createServer((incoming) => {
    const outgoing = connect(Number(port), hostname)
    incoming.pipe(outgoing).pipe(incoming)
    for (const each of [incoming, outgoing]) each.on('error', () => (incoming.destroy(), outgoing.destroy()))
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  return server
}

/** Beside the engine in its network namespace, where `127.0.0.1` is another. */
function openOtherSide(folder: string, port: number): void {
  const child = readFileSync(join(folder, 'run/kit/child_pid'), 'utf8').trim()
  const program = `require('node:net').createServer((incoming) => {
    const outgoing = require('node:net').connect(process.argv[1])
    incoming.pipe(outgoing).pipe(incoming)
    for (const each of [incoming, outgoing]) each.on('error', () => (incoming.destroy(), outgoing.destroy()))
  }).listen(Number(process.argv[2]), '127.0.0.1')`
  const args = ['--target', child, '--net', process.execPath, '--eval', program, join(folder, 'registry.sock')]
  launch('nsenter', [...args, String(port)], join(folder, 'log'))
}

function launch(program: string, args: readonly string[], log: string): number {
  const output = openSync(log, 'a')
  const child = spawn(program, args, { detached: true, stdio: ['ignore', output, output] })
  closeSync(output)
  child.on('error', () => {})
  child.unref()
  if (child.pid === undefined) throw new Error(`${program} cannot be started: is it installed?`)
  return child.pid
}

/** The daemon first, so that it restarts nothing; then what it started, and what it was started by. */
async function endAll(folder: string): Promise<void> {
  await killPrograms(['dockerd'], `${folder}/`)
  const others = ['containerd', 'containerd-shim-runc-v2', 'rootlesskit', 'exe', 'slirp4netns', 'node']
  await killPrograms(others, `${folder}/`)
}

async function removeFolder(folder: string): Promise<void> {
  await endAll(folder)
  rmSync(folder, { recursive: true, force: true })
}
