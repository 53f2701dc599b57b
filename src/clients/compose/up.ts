import { AppError } from '../../errors.ts'
import { composeFailure } from './failure.ts'
import type { ComposeProject } from './project.ts'
import type { RunResult } from '../../lib/process/run-command.ts'
import { readSecretValues } from './secret-values.ts'
import { parseSteps, type ComposeStep } from './steps.ts'

export interface UpOptions {
  /** Wanted number of containers by service; a service that is not named gets what the files say. */
  readonly scale?: Readonly<Record<string, number>>
  /**
   * Leaves `depends_on` out: nothing is waited for or started, but its containers get another hash and no `depends_on`
   * label, so that the next plain `up` recreates them (2.26.1).
   */
  readonly noDeps?: boolean
  /** Makes the containers and starts none, so that nothing is waited for and no finished job runs again. */
  readonly noStart?: boolean
  readonly noRecreate?: boolean
  readonly forceRecreate?: boolean
  /** Seconds that a container gets to end; its own grace period unless told otherwise. */
  readonly timeoutSeconds?: number
  /** After this much time it is ended, which may leave a service stopped. */
  readonly limitMs?: number
  /** Marks the processes, so that `waitForOrphans` finds them after we were killed. */
  readonly operation?: string
}

export interface DryRun {
  readonly steps: readonly ComposeStep[]
  /** COMPOSE_DEPENDENCY_UNREADY when a dependency is not healthy, or still starting when the time was over. */
  readonly problem: AppError | null
}

/** How a command that talks to the engine is run. */
export interface EngineCommand {
  readonly args: readonly string[]
  readonly isDryRun: boolean
  readonly limitMs: number
  readonly operation?: string | undefined
}

export type RunOnEngine = (project: ComposeProject, command: EngineCommand, signal: AbortSignal) => Promise<RunResult>

/**
 * A dry run looks for the container that it did not make, to put a secret of the environment into it, and fails (2.26.1).
 * What would be done to the dependencies is told before that.
 */
const stumbled = /DRY-RUN MODE - +Could not find the file \S+ in container/

const upLimitMs = 10 * 60_000
const dryRunLimitMs = 30_000

/**
 * Makes these services what the files say. Nothing is built or pulled, whatever `pull_policy` says.
 * Compose removes the old containers before it looks whether dependencies are healthy: look before.
 * When the signal fires it finishes by itself, and `waitForOrphans` tells when: ended in the middle, it leaves the
 * service stopped.
 *
 * @returns what it did
 * @throws TARGET_UNAVAILABLE, TARGET_CONFLICT, TARGET_START_FAILED (the image is at fault), TARGET_FAILED, TARGET_FORBIDDEN,
 * COMPOSE_FILE_INVALID, COMPOSE_DEPENDENCY_UNREADY, ABORTED
 */
export async function up(
  run: RunOnEngine,
  project: ComposeProject,
  services: readonly string[],
  options: UpOptions,
  signal: AbortSignal,
): Promise<readonly ComposeStep[]> {
  const { limitMs = upLimitMs, operation } = options
  const command = { args: upArguments(services, options), isDryRun: false, limitMs, operation }
  const result = await run(project, command, signal)
  if (result.code !== 0) throw composeFailure(result, 'up', project, await readSecretValues(project))
  return parseSteps(`${result.stdout}\n${result.stderr}`)
}

/**
 * What `up` would do now. It does not look whether an image is there, and takes a stopped dependency for a failed one.
 *
 * @throws as `up`, except for dependencies
 */
export async function dryRunUp(
  run: RunOnEngine,
  project: ComposeProject,
  services: readonly string[],
  options: UpOptions,
  signal: AbortSignal,
): Promise<DryRun> {
  const { limitMs = dryRunLimitMs } = options
  const result = await run(project, { args: upArguments(services, options), isDryRun: true, limitMs }, signal)
  const output = `${result.stdout}\n${result.stderr}`
  if (result.isCut) throw new AppError('TARGET_FAILED', 'docker compose printed more than 1 MiB in a dry run')
  if (result.code === 0 || stumbled.test(output)) return { steps: parseSteps(output), problem: null }
  const failure = composeFailure(result, 'up', project, await readSecretValues(project))
  const isWaiting = result.code === null && / Waiting\s*$/m.test(output)
  if (!isWaiting && failure.code !== 'COMPOSE_DEPENDENCY_UNREADY') throw failure
  const problem = isWaiting
    ? new AppError('COMPOSE_DEPENDENCY_UNREADY', `a dependency is still not ready after ${limitMs / 1000} s`, {
        cause: failure,
      })
    : failure
  return { steps: parseSteps(output), problem }
}

function upArguments(services: readonly string[], options: UpOptions): readonly string[] {
  const { scale = {}, noDeps, noStart, noRecreate, forceRecreate, timeoutSeconds } = options
  return [
    'up',
    noStart === true ? '--no-start' : '--detach',
    '--no-build',
    '--pull',
    'never',
    '--remove-orphans=false',
    ...(noDeps === true ? ['--no-deps'] : []),
    ...(noRecreate === true ? ['--no-recreate'] : []),
    ...(forceRecreate === true ? ['--force-recreate'] : []),
    ...(timeoutSeconds === undefined ? [] : ['--timeout', String(timeoutSeconds)]),
    ...Object.entries(scale).flatMap(([service, count]) => ['--scale', `${service}=${count}`]),
    '--',
    ...services,
  ]
}
