import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { AppError } from '../errors.ts'
import { fileVersion } from '../lib/file-version.ts'
import { isPostgresUrl } from '../lib/postgres-address.ts'
import { remember } from '../lib/secret.ts'
import { canBeWritten } from './can-be-written.ts'
import { checkHookFiles } from './check-hook-files.ts'
import { checkPolicies } from './check-policies.ts'
import { toConfig, type Config, type Surroundings } from './config.ts'
import { readDocument, type DocumentReading, type Replacement } from './document.ts'
import {
  applyOverrides,
  databaseVariable,
  fileVariable,
  readEnvironment,
  unknownVariables,
  type Environment,
  type Override,
} from './environment.ts'
import { addRegistries, isRegistryVariable } from './environment-registries.ts'
import { explainIssues, locateIn, type Locate } from './explain.ts'
import { interpolate, variablesIn } from './interpolate.ts'
import { createKnownKeys } from './json-schema.ts'
import { formatPath, formatProblems, type Problem } from './problem.ts'
import { readGuardedFile } from './read-guarded-file.ts'
import { configSchema, type ParsedConfig } from './schema.ts'

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
  return (await loadLiveConfig(sources)).config
}

/** A configuration some of whose secrets lie in files of their own. */
export interface LiveConfig {
  readonly config: Config
  /** The files whose contents were put in, by `${file:…}` and by variables with `_FILE`, with their versions then. */
  readonly secretFiles: ReadonlyMap<string, string>
  /** The registries as they would be with what those files hold now; all else is as it was read. */
  rereadRegistries(): Promise<Config['registries']>
}

/** As `loadConfig`, for who runs long enough to see a secret replaced. */
export async function loadLiveConfig(sources: ConfigSources): Promise<LiveConfig> {
  const source = await readSource(sources)
  const secretFiles = new Map<string, string>()
  const config = await readConfig(sources, source, secretFiles)
  const reread = () => readConfig(sources, source, new Map())
  return { config, secretFiles, rereadRegistries: async () => (await reread()).registries }
}

async function readConfig(
  sources: ConfigSources,
  source: Awaited<ReturnType<typeof readSource>>,
  secretFiles: Map<string, string>,
): Promise<Config> {
  const { env } = sources
  const readSecret = async (path: string): Promise<Replacement> => {
    secretFiles.set(path, await fileVersion(path))
    return readSecretFile(path)
  }
  const usedVariables = new Set<string>()
  const reading = await readDocument(source?.text ?? '', (text) => {
    for (const name of variablesIn(text)) usedVariables.add(name)
    return interpolate({ env, readSecretFile: readSecret }, text)
  })
  const registries = await addRegistries(env, reading.value, readSecret)
  const overrides = [...readOverrides(sources), ...registries.overrides]
  const checked = check({ ...reading, value: registries.value }, readOverrides(sources), overrides)
  const problems = [
    ...reading.problems,
    ...registries.problems,
    ...checked.problems,
    ...(checked.parsed === null ? [] : await policyProblems(checked.parsed, locateIn(reading.lines, overrides))),
    ...unknownVariables(env, (name) => usedVariables.has(name) || isRegistryVariable(name)),
  ]
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
    isFolder(override) ? { ...override, value: absolutePath(override.value) } : override,
  )
}

/** A database is none; and what DATABASE_URL names was never meant to be one. */
const isFolder = ({ path, source, value }: Override): boolean =>
  ['state', 'stateFolder', 'stateFallback', 'backups.folder'].includes(formatPath(path)) &&
  source !== databaseVariable &&
  !isPostgresUrl(value)

/** Outside a file, a relative path means the working directory; `~/` arrives where no shell has replaced it. */
function absolutePath(path: string): string {
  return path.startsWith('~/') ? path : resolve(path)
}

function check(reading: DocumentReading, overrides: readonly Override[], sources: readonly Override[]) {
  // An unreadable file leaves nothing to check but what came from elsewhere.
  const input = applyOverrides(reading.value ?? {}, overrides)
  const result = configSchema.safeParse(input)
  if (result.success) return { parsed: result.data, problems: [] }
  const known = new Set(reading.problems.map(({ where }) => where))
  const problems: readonly Problem[] = explainIssues(
    result.error.issues,
    input,
    createKnownKeys(),
    locateIn(reading.lines, sources),
  )
  return { parsed: null, problems: problems.filter(({ where }) => where === '' || !known.has(where)) }
}

async function policyProblems(parsed: ParsedConfig, locate: Locate): Promise<readonly Problem[]> {
  return (await checkPolicies(parsed)).map(({ path, sentence }) => ({ ...locate(path), sentence }))
}

function surroundings(sources: ConfigSources, file: string | null): Surroundings {
  const { env, home = env.HOME || homedir(), isRoot = process.getuid?.() === 0 } = sources
  const stateHome = env.XDG_STATE_HOME || join(home, '.local/state')
  return {
    file,
    home,
    env,
    dockerHost: env.DOCKER_HOST || 'unix:///var/run/docker.sock',
    dockerConfigFile: join(env.DOCKER_CONFIG || join(home, '.docker'), 'config.json'),
    stateFolder: isRoot ? '/var/lib/longshore' : join(stateHome, 'longshore'),
    // Who names a folder on the command line wants that one.
    canBeWritten: sources.state === undefined ? canBeWritten : () => true,
  }
}
