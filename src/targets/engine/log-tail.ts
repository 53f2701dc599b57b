import { printedTail, tailReadBytesMax } from '../../lib/printed-tail.ts'
import type { EngineDeps } from './engine-deps.ts'
import { requireInstance } from './require-instance.ts'

const linesMax = 100

/**
 * The last lines that an instance printed, without the values of its environment: programs like to print those when
 * they fail, and what is kept here is shown to whoever may read the history.
 */
export async function readLogTail(
  deps: Pick<EngineDeps, 'engine'>,
  instance: string,
  signal: AbortSignal,
): Promise<string> {
  const { Config } = await requireInstance(deps, instance, signal)
  const text = await deps.engine.logTail(instance, Config['Tty'] === true, linesMax, tailReadBytesMax, signal)
  return withoutEnvironment(text, Config.Env ?? [], Buffer.byteLength(text) >= tailReadBytesMax - cutCharacterMax)
}

/** Bytes of a character that the cut may have taken away. */
const cutCharacterMax = 3

/**
 * @param environment as `NAME=value`
 * @param isCut whether the text begins anywhere: then half a value may stand there, so that line goes
 */
export function withoutEnvironment(text: string, environment: readonly string[], isCut: boolean): string {
  return printedTail(text, valuesOf(environment), isCut)
}

/** @param environment as `NAME=value` */
export const valuesOf = (environment: readonly string[]): readonly string[] =>
  environment.map((each) => each.slice(each.indexOf('=') + 1))
