import { AppError } from '../../errors.ts'
import { composeConfigSchema, type ComposeService } from './config-schema.ts'
import type { ComposeProject } from './project.ts'
import type { RunResult } from '../../lib/process/run-command.ts'
import { unsetVariables } from './warnings.ts'

/** A project as Compose itself reads it: merged, with its variables filled in and its paths made absolute. */
export interface ComposeConfig {
  /** By name; without the services whose profiles are not chosen. */
  readonly services: ReadonlyMap<string, ComposeService>
  /** All that Compose printed, for comparing; has the values of environment variables in it. */
  readonly raw: Readonly<Record<string, unknown>>
  /** Variables that the files use and nothing sets, sorted. */
  readonly unsetVariables: readonly string[]
}

/** Runs one command that asks no engine. @throws COMPOSE_*, TARGET_FAILED, ABORTED */
export type ReadCommand = (project: ComposeProject, args: readonly string[], signal: AbortSignal) => Promise<RunResult>

/** The project as Compose reads it now. @throws COMPOSE_FILE_INVALID and what `read` throws */
export async function readConfig(
  read: ReadCommand,
  project: ComposeProject,
  signal: AbortSignal,
): Promise<ComposeConfig> {
  const { stdout, stderr, isCut } = await read(project, ['config', '--format', 'json'], signal)
  const parsed = isCut ? null : parseJson(stdout)
  const config = composeConfigSchema.safeParse(parsed)
  if (!config.success || !isObject(parsed)) {
    const why = isCut ? 'it is larger than 1 MiB' : firstProblem(config.error)
    throw new AppError(
      'COMPOSE_FILE_INVALID',
      `${project.files.join(', ')}: what Compose makes of it is not understood: ${why}`,
    )
  }
  const services = new Map(Object.entries(config.data.services))
  return { services, raw: parsed, unsetVariables: unsetVariables(stderr) }
}

/**
 * What a plain `up` would write into the label `com.docker.compose.config-hash` of this service's containers. Never
 * equal to it for a service that uses another's namespace or volumes: theirs has the id of that container in it.
 *
 * @throws COMPOSE_FILE_INVALID and what `read` throws
 */
export async function configHash(
  read: ReadCommand,
  project: ComposeProject,
  service: string,
  signal: AbortSignal,
): Promise<string> {
  const { stdout } = await read(project, ['config', '--hash', service], signal)
  for (const text of stdout.split('\n')) {
    const [name, hash] = text.trim().split(/\s+/)
    if (name === service && hash !== undefined && /^[0-9a-f]{64}$/.test(hash)) return hash
  }
  throw new AppError(
    'COMPOSE_FILE_INVALID',
    `${project.files.join(', ')}: Compose gives no hash for the service ${service}`,
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Where it is wrong, without the value that stands there. */
function firstProblem(error: { issues: readonly { path: readonly PropertyKey[] }[] } | undefined): string {
  const [issue] = error?.issues ?? []
  return issue === undefined ? 'it is no object' : `see ${issue.path.map(String).join('.') || 'its start'}`
}
