import { strikeOut } from '../../lib/secret.ts'
import type { EngineDeps } from './engine-deps.ts'
import { requireInstance } from './require-instance.ts'

const linesMax = 100
const bytesMax = 4096

/** More than is kept, so that what is struck out does not leave too little. */
const readMax = 4 * bytesMax

/**
 * The last lines that an instance printed, without the values of its environment: programs like to print those when
 * they fail, and what is kept here is shown to whoever may read the history.
 */
export async function readLogTail(deps: EngineDeps, instance: string, signal: AbortSignal): Promise<string> {
  const { Config } = await requireInstance(deps, instance, signal)
  const text = await deps.engine.logTail(instance, Config['Tty'] === true, linesMax, readMax, signal)
  return withoutEnvironment(text, Config.Env ?? [], Buffer.byteLength(text) >= readMax - cutCharacterMax)
}

/** Bytes of a character that the cut may have taken away. */
const cutCharacterMax = 3

/**
 * @param environment as `NAME=value`
 * @param isCut whether the text begins anywhere: then half a value may stand there, so that line goes
 */
export function withoutEnvironment(text: string, environment: readonly string[], isCut: boolean): string {
  const whole = isCut ? text.slice(text.indexOf('\n') + 1) : text
  // A value of several lines, such as a key, may be printed with something before each of them.
  const values = environment.flatMap((each) => {
    const value = each.slice(each.indexOf('=') + 1)
    return [value, ...value.split(/\r?\n/)]
  })
  const struck = Buffer.from(strikeOut(whole, values))
  return struck
    .subarray(-bytesMax)
    .toString('utf8')
    .replace(/^\uFFFD+/, '')
}
