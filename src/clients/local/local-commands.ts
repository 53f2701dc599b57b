import { isAbsolute } from 'node:path'
import { AppError } from '../../errors.ts'
import { quote } from '../../image/quote.ts'
import { whyUnsafe } from '../../lib/guarded-path.ts'
import { printedTail, tailReadBytesMax } from '../../lib/printed-tail.ts'
import { runCommand } from '../../lib/process/run-command.ts'
import { soundsSecret } from '../../lib/secret-name.ts'

export interface LocalCommand {
  /** The program, as an absolute path or a name that PATH finds, and its arguments. */
  readonly command: readonly string[]
  /** Beside PATH and HOME, which are all that is handed on of ours. */
  readonly environment: Readonly<Record<string, string>>
  readonly limitMs: number
}

export interface LocalEnd {
  /** Null when it was ended by its limit, or because it printed without end. */
  readonly exitCode: number | null
  /** The last it printed on both outputs, at most 4 KiB, secrets struck out. */
  readonly output: string
}

/** Time between the request to end and the end by force. */
const graceMs = 5000

const pathDefault = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/**
 * Runs commands on this machine, in `/`, without a shell and without input. When the limit or the signal ends one, all
 * that it started ends with it.
 *
 * @param own usually `process.env`
 * @returns a function that throws ABORTED, CONFIG_UNSAFE when others may write what would be run, HOOK_INVALID when there
 *   is no such program, TARGET_FAILED when it cannot be started
 */
export function createLocalCommands(own: Readonly<Record<string, string | undefined>>) {
  const kept = { PATH: own['PATH'] || pathDefault, ...(own['HOME'] !== undefined && { HOME: own['HOME'] }) }
  const secrets = Object.entries(own).flatMap(([name, value]) =>
    value !== undefined && soundsSecret(name) ? [value] : [],
  )
  return async ({ command, environment, limitMs }: LocalCommand, signal: AbortSignal): Promise<LocalEnd> => {
    const [program = '', ...args] = command
    await refuseUnsafe(command)
    const result = await runCommand(
      {
        subject: program,
        command: [program, ...args],
        environment: { ...kept, ...environment },
        folder: '/',
        limitMs,
        onAbort: 'end',
        graceMs,
        joinsOutputs: true,
      },
      signal,
    )
    if (result === null) throw new AppError('HOOK_INVALID', `there is no program ${quote(program)} here`)
    const { code, stdout } = result
    // A value that was cut in half at the start of what is kept would not be found.
    const isCut = Buffer.byteLength(stdout) > tailReadBytesMax
    const tail = isCut ? Buffer.from(stdout).subarray(-tailReadBytesMax).toString('utf8') : stdout
    return { exitCode: code, output: printedTail(tail, secrets, isCut || result.isCut) }
  }
}

/** Looked at each time: what was well when the configuration was read may have been changed since. */
async function refuseUnsafe(command: readonly string[]): Promise<void> {
  for (const path of command.filter(isAbsolute)) {
    const problem = await whyUnsafe(path)
    if (problem !== null) throw new AppError('CONFIG_UNSAFE', problem)
  }
}
