/** A stretch of a file's text, in UTF-16 units; a byte order mark at the beginning counts. */
export interface Place {
  readonly path: string
  readonly start: number
  readonly end: number
}

/** Whether two places are the same stretch of the same file. */
export function isSamePlace(a: Place, b: Place): boolean {
  return a.path === b.path && a.start === b.start
}

/** Line of an offset, counted from one. */
export function lineAt(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line += 1
  return line
}
