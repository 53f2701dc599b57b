import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isInstalled, run } from './command.ts'
import { describeSources } from './apt-sources.ts'

const limitMs = 15 * 60_000
const startPolicy = '/usr/sbin/policy-rc.d'

/**
 * Installs Debian packages, some of them from Debian 13 (trixie), on a machine of either release.
 * The sources and package lists for it are our own, so that the machine's stay as they are whatever happens.
 *
 * @param folder an empty folder for these
 * @param packages as `apt-get install` takes them, `name/release`
 */
export async function installPackages(
  folder: string,
  packages: readonly string[],
  say: (line: string) => void,
): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error(`${named(packages)} must be installed first; only root can do that`)
  await readLists(folder, packages, 'trixie', say)
  say(`Installing ${packages.join(', ')} (this takes a minute, and only the first time)`)
  await withoutStartingServices(() => apt(folder, 'install', '--yes', '--no-install-recommends', ...packages))
}

/**
 * Fetches a Debian package of a release and unpacks it, without installing anything.
 *
 * @param folder an empty folder for lists, archive and files
 * @returns the folder that stands for `/`
 */
export async function unpackPackage(
  folder: string,
  name: string,
  release: string,
  say: (line: string) => void,
): Promise<string> {
  await readLists(folder, [name], release, say)
  say(`Fetching ${name} of Debian ${release} (only the first time)`)
  await apt(folder, 'download', `${name}/${release}`)
  const [archive] = globSync(join(folder, '*.deb'))
  if (archive === undefined) throw new Error(`apt-get fetched no ${name}`)
  const files = join(folder, 'files')
  await run('dpkg-deb', ['--extract', archive, files])
  return files
}

async function readLists(
  folder: string,
  packages: readonly string[],
  release: string,
  say: (line: string) => void,
): Promise<void> {
  const sources = await readSources(release)
  if (sources === undefined) {
    throw new Error(`${named(packages)} must be installed first; that is done by itself only for root on Debian 12`)
  }
  writeFileIn(folder, `sources.list.d/longshore-${release}.sources`, sources)
  writeFileIn(folder, 'preferences.d/longshore', `Package: *\nPin: release n=${release}\nPin-Priority: 100\n`)
  mkdirSync(join(folder, 'lists/partial'), { recursive: true })

  say('Reading the lists of Debian packages')
  await apt(folder, 'update')
}

async function readSources(release: string): Promise<string | undefined> {
  if (!(await isInstalled('apt-get'))) return undefined
  const running = readFileSync('/etc/os-release', 'utf8')
  const codename = /^VERSION_CODENAME=(\w+)$/m.exec(running)?.[1]
  return codename === undefined ? undefined : describeSources('/etc/apt', codename, release)
}

const named = (packages: readonly string[]): string => packages.map((name) => name.split('/')[0]).join(', ')

async function apt(folder: string, ...command: string[]): Promise<void> {
  const settings = {
    'Dir::Etc::SourceList': '/dev/null',
    'Dir::Etc::SourceParts': join(folder, 'sources.list.d'),
    'Dir::Etc::PreferencesParts': join(folder, 'preferences.d'),
    'Dir::State::Lists': join(folder, 'lists'),
    'Dir::Cache::pkgcache': '',
    'Dir::Cache::srcpkgcache': '',
    // The user that apt would download as may not enter our folder.
    'APT::Sandbox::User': 'root',
    'Acquire::Retries': '3',
    'DPkg::Lock::Timeout': '300',
  }
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`])
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  await run('apt-get', ['--quiet', ...options, ...command], { env, cwd: folder, limitMs })
}

/** A package may start its service as it is installed; ours start their own, apart from the machine's. */
async function withoutStartingServices(work: () => Promise<void>): Promise<void> {
  try {
    writeFileSync(startPolicy, '#!/bin/sh\nexit 101\n', { flag: 'wx', mode: 0o755 })
  } catch {
    // The machine has a policy of its own, which holds.
    return work()
  }
  try {
    await work()
  } finally {
    rmSync(startPolicy, { force: true })
  }
}

function writeFileIn(folder: string, name: string, content: string): void {
  const path = join(folder, name)
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, content)
}
