import {
  chmodSync,
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { run, tryRun } from '../../services/command.ts'
import { makePrivateFolder } from '../../services/private-folder.ts'

/** Where Debian, Docker's own packages and a person's own installation put the Compose plug-in. */
const pluginFolders = ['/usr/libexec', '/usr/lib', '/usr/local/libexec', '/usr/local/lib'].map((folder) =>
  join(folder, 'docker/cli-plugins'),
)

const repository = join(import.meta.dirname, '../../..')

/** Whom the machine trusts: its way to the registry of packages may end at an authority of its owner's. */
const authorities = '/etc/ssl/certs/ca-certificates.crt'

/**
 * Imports an image made of this machine's own files, in place of the public bases, which cannot be pulled everywhere:
 * our Node, the machine's npm, busybox, docker with Compose, and the libraries that they need. Each lies where the
 * official images `node` and `docker:cli` have it, so that one image stands for all bases of packaging/Dockerfile.
 */
export async function importMachineBase(host: string, name: string): Promise<void> {
  const root = makePrivateFolder('base')
  try {
    await assemble(root)
    const archive = 'tar --create --directory "$1" --owner 0 --group 0 . | docker import --change "$3" - "$2"'
    const settings = `ENV PATH=/usr/local/bin:/bin NODE_EXTRA_CA_CERTS=${authorities}`
    const { DOCKER_CONTEXT: _, ...env } = process.env
    await run('sh', ['-c', archive, 'sh', root, name, settings], {
      env: { ...env, DOCKER_HOST: host },
      limitMs: 120_000,
    })
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

async function assemble(root: string): Promise<void> {
  const put = (from: string, to: string) => {
    mkdirSync(join(root, dirname(to)), { recursive: true })
    // A dereferenced copy: what is a link here would point nowhere there.
    cpSync(realpathSync(from), join(root, to), { recursive: true, mode: 0 })
  }
  const link = (target: string, path: string) => {
    mkdirSync(join(root, dirname(path)), { recursive: true })
    symlinkSync(target, join(root, path))
  }
  for (const folder of ['tmp', 'var/lib', 'etc']) mkdirSync(join(root, folder), { recursive: true })
  // A tmpfs that is mounted over it takes its mode over.
  chmodSync(join(root, 'tmp'), 0o1777)

  const programs = [
    [process.execPath, '/usr/local/bin/node'],
    [await which('docker'), '/usr/local/bin/docker'],
    [composePlugin(), '/usr/local/libexec/docker/cli-plugins/docker-compose'],
  ] as const
  for (const [from, to] of programs) put(from, to)
  // The bundler is partly native.
  const bundler = globSync('node_modules/@rolldown/binding-*/*.node', { cwd: repository })
  const native = [...programs.map(([from]) => from), ...bundler.map((path) => join(repository, path))]
  for (const library of await librariesOf(native)) put(library, library)

  put('/bin/busybox', '/bin/busybox')
  for (const applet of (await run('/bin/busybox', ['--list'])).trim().split('\n')) {
    if (applet !== 'busybox') link('busybox', `/bin/${applet}`)
  }
  link('/bin/env', '/usr/bin/env')

  put(dirname(dirname(realpathSync(await which('npm')))), '/usr/local/lib/node_modules/npm')
  link('../lib/node_modules/npm/bin/npm-cli.js', '/usr/local/bin/npm')
  const { stdout } = await tryRun('npm', ['config', 'get', 'cafile'], { limitMs: 20_000 })
  const trusted = [stdout.trim(), authorities].find((path) => path.startsWith('/') && existsSync(path))
  if (trusted !== undefined) put(trusted, authorities)
  writeFileSync(join(root, 'etc/nsswitch.conf'), 'hosts: files dns\n')
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n')
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\n')
}

async function which(program: string): Promise<string> {
  return (await run('sh', ['-c', 'command -v "$1"', 'sh', program])).trim()
}

function composePlugin(): string {
  const found = pluginFolders.map((folder) => join(folder, 'docker-compose')).find((path) => existsSync(path))
  if (found === undefined) throw new Error(`docker-compose is in none of ${pluginFolders.join(', ')}`)
  return found
}

/** Paths as the programs ask for them; none for those that need none. */
async function librariesOf(programs: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  for (const program of programs) {
    const { stdout } = await tryRun('ldd', [program])
    for (const [, path] of stdout.matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)) if (path !== undefined) found.add(path)
  }
  return found
}
