import { AppError } from '../../errors.ts'
import { encodeName, type Call } from './call.ts'
import { objectOf, textOf } from './json.ts'

/** A command that was started in a running container. */
export interface ExecState {
  readonly isRunning: boolean
  /** Null while it runs, and when the engine does not know. */
  readonly exitCode: number | null
}

/** What can be asked of the engine about commands in containers. */
export interface ExecCalls {
  /** Starts a command without a shell, and leaves it alone: what it prints goes nowhere. @returns its id */
  startExec(container: string, command: readonly string[], signal: AbortSignal): Promise<string>
  /** Null when there is none, any more. */
  inspectExec(id: string, signal: AbortSignal): Promise<ExecState | null>
}

export function execCalls(call: Call): ExecCalls {
  return {
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
        const { Running, ExitCode } = objectOf(answer)
        return { isRunning: Running === true, exitCode: typeof ExitCode === 'number' ? ExitCode : null }
      } catch (error) {
        if (error instanceof AppError && error.code === 'TARGET_NOT_FOUND') return null
        throw error
      }
    },
  }
}
