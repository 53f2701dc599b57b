/** The marks of what this process has written, to recognise a database that went back behind it. */
export interface WriteMarks {
  add(mark: string, isDurable: boolean): void
  /** @param text the marks that the database has, newest first */
  areIn(text: string | null): boolean
}

/** More than the database keeps, and than come between two that are durable. */
const marksMax = 200

/**
 * Remembers the last durable write and those after it. A server that crashes may lose the ones after it, but where not
 * even that one is there, and none that followed, it is another database: a standby that had not got everything, or a
 * backup that was put in its place.
 */
export function createWriteMarks(): WriteMarks {
  let known: string[] = []
  return {
    add(mark, isDurable) {
      known = isDurable ? [mark] : [...known.slice(0, 1), ...known.slice(1).slice(-marksMax), mark]
    },
    areIn(text) {
      const found = new Set((text ?? '').split(' '))
      return known.length === 0 || known.some((each) => found.has(each))
    },
  }
}
