import { escapeControls } from '../lib/escape-controls.ts'
import { redact } from '../lib/secret.ts'
import type { Doors, Line } from './doors.ts'

/** What is used of a standard stream. */
export type Stream = Pick<NodeJS.WriteStream, 'write' | 'isTTY' | 'columns'>

const clearLine = '\r\u001b[K'

const safe = (text: string): string => escapeControls(redact(text))

const colours: Readonly<Record<Line['style'], string>> = { plain: '', strong: '1', good: '32', bad: '31', faint: '2' }

/** Colours go around what was made harmless, never through it. */
function paint({ text, style }: Line): string {
  return colours[style] === '' ? safe(text) : `\u001b[${colours[style]}m${safe(text)}\u001b[0m`
}

/**
 * The two standard streams as the commands write to them. All that passes is made harmless here: names, labels,
 * log lines and messages come from images, registries and engines, and must neither steer a terminal nor tell a secret.
 */
export function openTerminal(
  stdout: Stream,
  stderr: Stream,
  env: NodeJS.ProcessEnv = {},
): Pick<Doors, 'print' | 'printLines' | 'tell' | 'columns' | 'showProgress'> {
  let shown = ''
  const clear = (): void => {
    if (shown !== '') stderr.write(clearLine)
    shown = ''
  }
  const showProgress = (line: string): void => {
    // What wraps to a second line could not be cleared.
    const fitting = safe(line).slice(0, (stderr.columns || 80) - 1)
    if (fitting === shown) return
    clear()
    stderr.write(fitting)
    shown = fitting
  }
  const isColoured = stdout.isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
  return {
    printLines(lines) {
      clear()
      stdout.write(lines.map((line) => `${isColoured ? paint(line) : safe(line.text)}\n`).join(''))
    },
    print(text) {
      clear()
      stdout.write(`${safe(text)}\n`)
    },
    tell(text) {
      clear()
      stderr.write(safe(text))
    },
    columns: (stdout.isTTY && stdout.columns) || null,
    showProgress: stderr.isTTY ? showProgress : null,
  }
}
