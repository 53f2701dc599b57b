import { rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** How often a running service leaves its mark. */
const beatEveryMs = 10_000

/** Two marks may be missed on a busy machine, and the fourth one is late. */
export const silenceMaxMs = 4.5 * beatEveryMs

const beatFile = (stateFolder: string): string => join(stateFolder, 'longshore.beat')

/**
 * Keeps the time of a file in the state folder fresh for as long as `late` is empty. It is for `longshore health`, which
 * thereby costs the service nothing: a process that hangs leaves no mark, and neither does one with a loop that does.
 *
 * @param tell gets a sentence when the loops begin to be late, and when the file cannot be written
 * @returns takes the file away: who has ended in order is not alive
 */
export function startBeat(
  stateFolder: string,
  late: () => readonly string[],
  tell: (line: string) => void,
): () => void {
  const file = beatFile(stateFolder)
  let trouble = ''
  const note = (sentence: string) => {
    // Told once, not every ten seconds.
    if (sentence !== trouble && sentence !== '') tell(sentence)
    trouble = sentence
  }
  const beat = () => {
    const names = [...new Set(late())]
    if (names.length > 0) return note(`the loop of ${names.join(', ')} does not go on`)
    try {
      leaveMark(file)
      note('')
    } catch (error) {
      note(`no sign of life can be left in ${stateFolder}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  beat()
  const timer = setInterval(beat, beatEveryMs)
  timer.unref()
  return () => {
    clearInterval(timer)
    rmSync(file, { force: true })
  }
}

/** Milliseconds since the last mark, below zero when the clock was set back; null when there is none. */
export function beatAgeMs(stateFolder: string, now: number): number | null {
  const found = statSync(beatFile(stateFolder), { throwIfNoEntry: false })
  return found === undefined ? null : now - found.mtimeMs
}

/** Only the time of the file changes, so that a full disk is no sign of death. */
function leaveMark(file: string): void {
  const now = new Date()
  try {
    utimesSync(file, now, now)
  } catch {
    writeFileSync(file, '', { mode: 0o600 })
  }
}
