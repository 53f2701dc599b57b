import { redact, strikeOut } from './secret.ts'

/** Most that is kept of what a program printed, in bytes. */
export const tailBytesMax = 4096

/** What has to be read for that, so that what is struck out does not leave too little. */
export const tailReadBytesMax = 4 * tailBytesMax

/**
 * The end of what a program printed, without any secret.
 *
 * @param values what it may have printed and nobody may read, such as those of its environment
 * @param isCut whether the text begins anywhere: then half a value may stand there, so that line goes
 */
export function printedTail(text: string, values: readonly string[], isCut: boolean): string {
  const whole = isCut ? text.slice(text.indexOf('\n') + 1) : text
  // A value of several lines, such as a key, may be printed with something before each of them.
  const each = values.flatMap((value) => [value, ...value.split(/\r?\n/)])
  return Buffer.from(strikeOut(redact(whole), each))
    .subarray(-tailBytesMax)
    .toString('utf8')
    .replace(/^\uFFFD+/, '')
}
