import { readFileSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import type { App } from '../app/app.ts'
import { systemClock } from '../lib/clock.ts'
import { readActor } from './actor.ts'
import type { CheckedConfig, Doors, GlobalOptions, MoveOptions, OpenApp } from './doors.ts'
import { runProgram } from './program.ts'
import { openTerminal } from './terminal.ts'

/** What only `main.ts` may reach, each loaded when it is first needed. */
export interface Parts {
  readonly openApp: (options: {
    readonly configFile: string | undefined
    readonly stateFolder: string | undefined
    readonly env: NodeJS.ProcessEnv
    readonly access: 'owner' | 'reader' | 'visitor'
    readonly replacesState: boolean
    readonly writeLog: (line: string) => void
    readonly onProgress?: App['onProgress']
  }) => Promise<OpenApp>
  readonly loadConfig: (sources: {
    readonly file?: string | undefined
    readonly state?: string | undefined
    readonly env: NodeJS.ProcessEnv
  }) => Promise<CheckedConfig>
  readonly openState: (sources: {
    readonly configFile: string | undefined
    readonly stateFolder: string | undefined
    readonly env: NodeJS.ProcessEnv
  }) => ReturnType<Doors['openState']>
  readonly moveState: (
    sources: { readonly configFile: string | undefined; readonly stateFolder: string | undefined } & MoveOptions & {
        readonly env: NodeJS.ProcessEnv
      },
  ) => ReturnType<Doors['moveState']>
  readonly cancelMove: (
    sources: { readonly configFile: string | undefined; readonly stateFolder: string | undefined } & MoveOptions & {
        readonly env: NodeJS.ProcessEnv
        readonly actor: string
      },
  ) => ReturnType<Doors['cancelMove']>
  readonly configSchema: () => Promise<unknown>
  readonly loadPolicy: Doors['loadPolicy']
}

/** How long what is under way may take to reach a place where it can be parked, once we are asked to stop. */
const parkMaxMs = 10_000

/** Runs the command line of this process, and sets its exit code. */
export async function runProcess(parts: Parts): Promise<void> {
  enableCompileCache()
  process.exitCode = await runProgram(doors(parts), version(), process.argv.slice(2))
}

function doors(parts: Parts): Doors {
  const { env, stdout, stderr } = process
  // A reader that has gone (`| head`) or a full disk must not end a rollout half-way.
  for (const stream of [stdout, stderr]) stream.on('error', () => {})
  const terminal = openTerminal(stdout, stderr, env)
  return {
    ...terminal,
    sleep: systemClock.sleep,
    stop: stopSignal(),
    openApp: ({ config, state, access, replacesState = false, onPullProgress }) =>
      parts.openApp({
        configFile: config,
        stateFolder: state,
        env,
        access,
        replacesState,
        writeLog: terminal.tell,
        ...(onPullProgress && { onProgress: (rollout, progress) => onPullProgress(rollout.workload, progress) }),
      }),
    openState: ({ config, state }) => parts.openState({ configFile: config, stateFolder: state, env }),
    moveState: ({ config, state, ...places }) =>
      parts.moveState({ ...places, configFile: config, stateFolder: state, env }),
    cancelMove: ({ config, state, ...places }) =>
      parts.cancelMove({ ...places, configFile: config, stateFolder: state, env, actor: readActor(env) }),
    checkConfig: ({ config, state }: GlobalOptions) => parts.loadConfig({ file: config, state, env }),
    configSchema: parts.configSchema,
    loadPolicy: parts.loadPolicy,
    actor: () => readActor(env),
  }
}

/** The first signal asks to park what is under way; the second, or the time running out, ends the process. */
function stopSignal(): AbortSignal {
  const controller = new AbortController()
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(1)
    controller.abort()
    setTimeout(() => process.exit(0), parkMaxMs).unref()
  }
  process.on('SIGTERM', onSignal)
  process.on('SIGINT', onSignal)
  return controller.signal
}

function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version // our own file
}
