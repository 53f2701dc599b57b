import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { AppError } from '../errors.ts'
import { remember } from '../lib/secret.ts'
import { checkHookFiles } from './check-hook-files.ts'
import { toConfig, type Config, type Surroundings } from './config.ts'
import { readDocument, type DocumentReading, type Replacement } from './document.ts'
import {
  applyOverrides,
  fileVariable,
  readEnvironment,
  unknownVariables,
  type Environment,
  type Override,
} from './environment.ts'
import { explainIssues, locateIn } from './explain.ts'
import { interpolate, variablesIn } from './interpolate.ts'
import { createKnownKeys } from './json-schema.ts'
import { formatPath, formatProblems, type Problem } from './problem.ts'
import { readGuardedFile } from './read-guarded-file.ts'
import { configSchema } from './schema.ts'

/** Where the configuration comes from. What is left out comes from this process and its user. */
export interface ConfigSources {
  /** From the command line; else the environment names it, else the default one is read if it exists. */
  readonly file?: string | undefined
  /** State folder from the command line, over file and environment. */
  readonly state?: string | undefined
  readonly env: Environment
  readonly home?: string
  readonly isRoot?: boolean
  /** Never one in the working directory: a stranger's folder must not configure a tool that root runs. */
  readonly defaultFile?: string
}

const fileSizeMax = 1024 * 1024
const secretSizeMax = 64 * 1024

/**
 * Reads, checks and freezes the configuration.
 *
 * @throws CONFIG_NOT_FOUND, CONFIG_UNSAFE, CONFIG_INVALID with all problems, one per line
 */
export async function loadConfig(sources: ConfigSources): Promise<Config> {
  const { env } = sources
  const source = await readSource(sources)
  const usedVariables = new Set<string>()
  const reading = await readDocument(source?.text ?? '', (text) => {
    for (const name of variablesIn(text)) usedVariables.add(name)
    return interpolate({ env, readSecretFile }, text)
  })
  const overrides = readOverrides(sources)
  const checked = check(reading, overrides)
  const problems = [...reading.problems, ...checked.problems, ...unknownVariables(env, usedVariables)]
  if (checked.parsed === null || problems.length > 0) {
    throw new AppError('CONFIG_INVALID', formatProblems(source?.file ?? null, problems))
  }
  const config = toConfig(checked.parsed, surroundings(sources, source?.file ?? null))
  await checkHookFiles(config)
  return config
}

async function readSource({ file, env, defaultFile = '/etc/longshore/longshore.yml' }: ConfigSources) {
  const named = file ?? (env[fileVariable] || undefined)
  if (named !== undefined) return { file: named, text: await readGuardedFile(named, fileSizeMax) }
  try {
    return { file: defaultFile, text: await readGuardedFile(defaultFile, fileSizeMax) }
  } catch (error) {
    if (isAbsent(error)) return null
    throw error
  }
}

/** Not there is fine for the default file; there and not readable is not. */
function isAbsent(error: unknown): boolean {
  if (!(error instanceof AppError) || !(error.cause instanceof Error) || !('code' in error.cause)) return false
  return error.cause.code === 'ENOENT' || error.cause.code === 'ENOTDIR'
}

async function readSecretFile(path: string): Promise<Replacement> {
  if (!path.startsWith('/')) return { problem: 'has a ${file:…} whose path does not begin with /' }
  try {
    const text = await readGuardedFile(path, secretSizeMax)
    const value = text.replace(/\r?\n$/, '')
    // Wherever it ends up, in a hook for instance, nothing may print it.
    remember(value)
    return { text: value }
  } catch (error) {
    if (error instanceof AppError) return { problem: `reads a file that cannot be used: ${error.message}` }
    throw error
  }
}

function readOverrides({ env, state }: ConfigSources): readonly Override[] {
  const flags = state === undefined ? [] : [{ source: '--state', path: ['state'], value: state }]
  const flagged = new Set(flags.map(({ path }) => formatPath(path)))
  const fromEnvironment = readEnvironment(env).filter(({ path }) => !flagged.has(formatPath(path)))
  return [...flags, ...fromEnvironment].map((override) =>
    override.path[0] === 'state' ? { ...override, value: absolutePath(override.value) } : override,
  )
}

/** Outside a file, a relative path means the working directory; `~/` arrives where no shell has replaced it. */
function absolutePath(path: string): string {
  return path.startsWith('~/') ? path : resolve(path)
}

function check(reading: DocumentReading, overrides: readonly Override[]) {
  // An unreadable file leaves nothing to check but what came from elsewhere.
  const input = applyOverrides(reading.value ?? {}, overrides)
  const result = configSchema.safeParse(input)
  if (result.success) return { parsed: result.data, problems: [] }
  const known = new Set(reading.problems.map(({ where }) => where))
  const problems: readonly Problem[] = explainIssues(
    result.error.issues,
    input,
    createKnownKeys(),
    locateIn(reading.lines, overrides),
  )
  return { parsed: null, problems: problems.filter(({ where }) => where === '' || !known.has(where)) }
}

function surroundings(sources: ConfigSources, file: string | null): Surroundings {
  const { env, home = env.HOME || homedir(), isRoot = process.getuid?.() === 0 } = sources
  const stateHome = env.XDG_STATE_HOME || join(home, '.local/state')
  return {
    file,
    home,
    dockerHost: env.DOCKER_HOST || 'unix:///var/run/docker.sock',
    dockerConfigFile: join(env.DOCKER_CONFIG || join(home, '.docker'), 'config.json'),
    stateFolder: isRoot ? '/var/lib/longshore' : join(stateHome, 'longshore'),
  }
}
