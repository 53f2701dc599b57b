import { existsSync, rmSync } from 'node:fs'
import { AppError } from '../../errors.ts'
import { systemClock, type Clock } from '../../lib/clock.ts'
import { configHash, readConfig, type ComposeConfig } from './config.ts'
import { builderVariable, commandEnvironment, type EnvironmentOptions } from './environment.ts'
import { composeFailure } from './failure.ts'
import { findCompose, type FoundCompose } from './find.ts'
import { findComposeProcesses, waitForOrphans, type ComposeProcess } from './orphans.ts'
import { projectArguments, type ComposeProject } from './project.ts'
import { runCommand, type RunRequest, type RunResult } from '../../lib/process/run-command.ts'
import { makeScratch } from '../../lib/process/scratch.ts'
import { readSecretValues } from './secret-values.ts'
import type { ComposeStep } from './steps.ts'
import { dryRunUp, up, type DryRun, type UpOptions } from './up.ts'

export interface ComposeOptions extends EnvironmentOptions {
  /** Usually `process.env`; only what finds programs and credentials is taken from it. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where outputs are kept while a command runs, in files without names; the machine's folder unless told otherwise. */
  readonly scratchFolder?: string
  readonly clock?: Pick<Clock, 'elapsed' | 'sleep'>
}

/** The user's own Docker Compose, as far as it is used here. Every call but the last two throws COMPOSE_MISSING and COMPOSE_TOO_OLD. */
export interface Compose {
  /** The environment that every command gets, and that files may read. */
  readonly environment: Readonly<Record<string, string>>
  /** Which one it is; looked for once, and again after it was not there. */
  find(): Promise<FoundCompose>
  readConfig(project: ComposeProject, signal: AbortSignal): Promise<ComposeConfig>
  configHash(project: ComposeProject, service: string, signal: AbortSignal): Promise<string>
  up(
    project: ComposeProject,
    services: readonly string[],
    options: UpOptions,
    signal: AbortSignal,
  ): Promise<readonly ComposeStep[]>
  dryRunUp(
    project: ComposeProject,
    services: readonly string[],
    options: UpOptions,
    signal: AbortSignal,
  ): Promise<DryRun>
  findProcesses(operation?: string): Promise<readonly ComposeProcess[]>
  waitForOrphans(operation: string, signal: AbortSignal, limitMs?: number): Promise<number>
}

const readLimitMs = 60_000

const subject = 'docker compose'

interface Asked {
  readonly args: readonly string[]
  readonly operation?: string | undefined
  readonly isRead?: boolean
  /** Beside what every command gets. */
  readonly extra?: Readonly<Record<string, string>>
}

/** A client that runs the user's own `docker compose`. Starts nothing before it is first asked. */
export function createCompose(options: ComposeOptions): Compose {
  const { environment, scratchFolder, clock = systemClock } = options
  let known: Promise<FoundCompose> | null = null

  const ask = (request: Pick<RunRequest, 'command' | 'limitMs' | 'onAbort'>): Promise<RunResult | null> => {
    const asked = {
      ...request,
      subject,
      environment: commandEnvironment(environment, options),
      folder: '/',
      scratchFolder,
    }
    // Shared by all who ask meanwhile, so that no one's signal ends it; it has a limit of its own.
    return runCommand(asked, new AbortController().signal)
  }
  const find = (): Promise<FoundCompose> => {
    known ??= findCompose(ask, environment['PATH'] ?? '').catch((error: unknown) => {
      known = null
      throw error
    })
    return known
  }
  const run = async (
    project: ComposeProject,
    request: Asked & Pick<RunRequest, 'limitMs' | 'onAbort'>,
    signal: AbortSignal,
  ): Promise<RunResult> => {
    const { args, operation, extra, limitMs, onAbort, isRead = false } = request
    const found = await find()
    const command = isRead ? found.reader : found.command
    const output = ['--ansi', 'never', '--progress', 'plain']
    const result = await runCommand(
      {
        subject,
        command: [...command, ...output, ...projectArguments(project), ...args],
        environment: { ...commandEnvironment(environment, options, operation), ...extra },
        folder: project.projectDirectory,
        limitMs,
        onAbort,
        scratchFolder,
      },
      signal,
    )
    if (result !== null) return result
    // The system says the same of a folder that is not there as of a program.
    if (!existsSync(project.projectDirectory)) {
      throw new AppError('COMPOSE_FILE_INVALID', `the project directory ${project.projectDirectory} is not there`)
    }
    known = null
    throw new AppError('COMPOSE_MISSING', `${command.join(' ')} is not here any more`)
  }
  const read = async (project: ComposeProject, args: readonly string[], signal: AbortSignal): Promise<RunResult> => {
    const result = await run(project, { args, limitMs: readLimitMs, onAbort: 'end', isRead: true }, signal)
    if (result.code !== 0) throw composeFailure(result, 'read', project, await readSecretValues(project))
    return result
  }
  const onEngine: Parameters<typeof up>[0] = async (project, { args, isDryRun, limitMs, operation }, signal) => {
    if (!isDryRun) return run(project, { args, limitMs, operation, onAbort: 'leave' }, signal)
    // A dry run, and nothing else, opens a builder, which writes to the user's own folder; in a container of ours that
    // is read-only (2.26.1).
    const builder = makeScratch(subject, scratchFolder)
    try {
      const extra = { [builderVariable]: builder }
      return await run(
        project,
        { args: ['--dry-run', ...args], extra, limitMs, operation, onAbort: 'end', isRead: true },
        signal,
      )
    } finally {
      rmSync(builder, { recursive: true, force: true })
    }
  }

  return {
    environment: commandEnvironment(environment, options),
    find,
    readConfig: (project, signal) => readConfig(read, project, signal),
    configHash: (project, service, signal) => configHash(read, project, service, signal),
    up: (project, services, upOptions, signal) => up(onEngine, project, services, upOptions, signal),
    dryRunUp: (project, services, upOptions, signal) => dryRunUp(onEngine, project, services, upOptions, signal),
    findProcesses: findComposeProcesses,
    waitForOrphans: (operation, signal, limitMs) => waitForOrphans(operation, signal, clock, limitMs),
  }
}
