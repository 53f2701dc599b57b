import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lastLines, tryRun } from '../../services/command.ts'
import { importMachineBase } from './machine-base.ts'

/** Our own image on an engine, and what it was built on. */
export interface OwnImage {
  readonly name: string
  readonly base: string
  /** Of package.json. */
  readonly version: string
}

const root = join(import.meta.dirname, '../../..')

/** A revision that no repository has. */
export const testRevision = '0123456789012345678901234567890123456789'

/** Builds packaging/Dockerfile with the real engine, on a base made of this machine's files. */
export async function buildOwnImage(host: string): Promise<OwnImage> {
  const base = 'localhost/longshore-test/base:1'
  const name = 'localhost/longshore-test/longshore:1'
  await importMachineBase(host, base)
  // Our own file, with a version always.
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  const buildArguments = {
    BUILD_BASE: base,
    RUNTIME_BASE: base,
    DOCKER_CLI: base,
    VERSION: version,
    REVISION: testRevision,
    ...(await machineRegistry()),
  }
  const { DOCKER_CONTEXT: _, ...env } = process.env
  const { code, stdout, stderr } = await tryRun(
    'docker',
    [
      'build',
      // The build downloads our dependencies as the machine itself does: by its own network, proxy and registry.
      '--network=host',
      `--file=${join(root, 'packaging/Dockerfile')}`,
      `--tag=${name}`,
      ...Object.entries(buildArguments).map(([key, value]) => `--build-arg=${key}=${value}`),
      root,
    ],
    // The builder of the engine itself: buildx is not installed everywhere.
    { env: { ...env, DOCKER_HOST: host, DOCKER_BUILDKIT: '0' }, limitMs: 280_000 },
  )
  // What a step printed is among the output, why it ended among the errors.
  if (code !== 0) throw new Error(`the image could not be built:\n${lastLines(stdout)}\n${lastLines(stderr)}`)
  return { name, base, version }
}

/** What this machine's npm is told about the way to its registry; nothing where it has no settings of its own. */
async function machineRegistry(): Promise<Record<string, string>> {
  const settings: Record<string, string> = {}
  for (const [key, argument] of npmSettings) {
    const { code, stdout } = await tryRun('npm', ['config', 'get', key], { limitMs: 20_000 })
    const value = stdout.trim()
    if (code === 0 && value !== '' && value !== 'null' && value !== 'undefined') settings[argument] = value
  }
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']) {
    const value = process.env[name] ?? process.env[name.toLowerCase()]
    if (value !== undefined && settings[name] === undefined) settings[name] = value
  }
  return settings
}

const npmSettings = [
  ['registry', 'NPM_CONFIG_REGISTRY'],
  ['proxy', 'HTTP_PROXY'],
  ['https-proxy', 'HTTPS_PROXY'],
] as const
