import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../errors.ts'
import { encodeName, type Call } from './call.ts'
import { objectOf, textOf, textsOf } from './json.ts'
import { frameReader } from './logs.ts'

/** A command that was started in a running container. */
export interface ExecState {
  readonly isRunning: boolean
  /** Null while it runs, and when the engine does not know. */
  readonly exitCode: number | null
  /** The program and its arguments. */
  readonly command: readonly string[]
}

export interface ExecRequest {
  readonly command: readonly string[]
  /** Null for the container's own. */
  readonly user: string | null
  /** Beside the container's own. */
  readonly environment: Readonly<Record<string, string>>
}

/** How a followed command came to its end. */
export interface ExecEnd {
  /** Null when it goes on after its limit: the engine has no way to end it. */
  readonly exitCode: number | null
  /** The last of both outputs, in the order in which they came. */
  readonly output: string
}

/** What can be asked of the engine about commands in containers. */
export interface ExecCalls {
  /** Starts a command without a shell, and leaves it alone: what it prints goes nowhere. @returns its id */
  startExec(container: string, command: readonly string[], signal: AbortSignal): Promise<string>
  /**
   * Starts a command without a shell, and follows it to its end.
   * @param bytesMax of what it prints, what comes last is kept
   * @param signal gives up waiting; the command goes on
   */
  runExec(
    container: string,
    request: ExecRequest,
    limits: { readonly limitMs: number; readonly bytesMax: number },
    signal: AbortSignal,
  ): Promise<ExecEnd>
  /** Ids of the commands that run in a container now. */
  listExecs(container: string, signal: AbortSignal): Promise<readonly string[]>
  /** Null when there is none, any more. */
  inspectExec(id: string, signal: AbortSignal): Promise<ExecState | null>
}

export function execCalls(call: Call): ExecCalls {
  return {
    runExec: (container, request, limits, signal) => followExec(call, container, request, limits, signal),
    async listExecs(container, signal) {
      const answer = await call.json({ method: 'GET', path: `/containers/${encodeName(container)}/json` }, signal)
      return textsOf(objectOf(answer)['ExecIDs'])
    },
    async startExec(container, command, signal) {
      const path = `/containers/${encodeName(container)}/exec`
      const created = await call.json({ method: 'POST', path, body: { Cmd: command } }, signal)
      const id = textOf(objectOf(created)['Id'])
      await call.json({ method: 'POST', path: `/exec/${encodeName(id)}/start`, body: { Detach: true } }, signal)
      return id
    },
    async inspectExec(id, signal) {
      try {
        const answer = await call.json({ method: 'GET', path: `/exec/${encodeName(id)}/json` }, signal)
        const { Running, ExitCode, ProcessConfig } = objectOf(answer)
        const { entrypoint, arguments: args } = objectOf(ProcessConfig)
        return {
          isRunning: Running === true,
          exitCode: typeof ExitCode === 'number' ? ExitCode : null,
          command: [textOf(entrypoint), ...textsOf(args)],
        }
      } catch (error) {
        if (error instanceof AppError && error.code === 'TARGET_NOT_FOUND') return null
        throw error
      }
    },
  }
}

async function followExec(
  call: Call,
  container: string,
  { command, user, environment }: ExecRequest,
  { limitMs, bytesMax }: { readonly limitMs: number; readonly bytesMax: number },
  signal: AbortSignal,
): Promise<ExecEnd> {
  const limit = AbortSignal.timeout(limitMs)
  const either = AbortSignal.any([signal, limit])
  const body = {
    Cmd: command,
    AttachStdout: true,
    AttachStderr: true,
    Env: Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    ...(user !== null && { User: user }),
  }
  let tail = Buffer.alloc(0)
  const output = () => tail.toString('utf8').replace(/^\uFFFD+/, '')
  try {
    const created = await call.json({ method: 'POST', path: `/containers/${encodeName(container)}/exec`, body }, either)
    const path = `/exec/${encodeName(textOf(objectOf(created)['Id']))}`
    const answer = await call.open(
      { method: 'POST', path: `${path}/start`, body: { Detach: false, Tty: false } },
      either,
    )
    // From here on it takes as long as the command does.
    answer.release()
    const reader = frameReader()
    try {
      for await (const chunk of answer.body) {
        // Without an encoding set, a stream of node:http yields buffers only.
        tail = Buffer.concat([tail, reader(chunk as Buffer)]).subarray(-bytesMax)
      }
    } catch (cause) {
      throw answer.explain(cause)
    } finally {
      answer.destroy()
    }
    return { exitCode: await exitCodeOf(call, path, either), output: output() }
  } catch (error) {
    if (limit.aborted && !signal.aborted) return { exitCode: null, output: output() }
    throw error
  }
}

/** The outputs end a moment before the engine knows how the command did. */
async function exitCodeOf(call: Call, path: string, signal: AbortSignal): Promise<number> {
  for (;;) {
    const { Running, ExitCode } = objectOf(await call.json({ method: 'GET', path: `${path}/json` }, signal))
    if (Running !== true && typeof ExitCode === 'number') return ExitCode
    await sleep(exitLookMs, undefined, { signal })
  }
}

const exitLookMs = 20
