import { stripVTControlCharacters } from 'node:util'
import { tryRun } from '../../services/command.ts'
import { join } from 'node:path'
import type { Ground } from './ground.ts'
import { mainFile } from './program.ts'

/** What a person saw, and how it ended. */
interface Shown {
  readonly code: number
  /** Both outputs as the terminal received them. */
  readonly raw: string
  /** What stays on the screen of it: without control sequences, and without what was written over. */
  readonly screen: string
}

/** Runs the real command on a pseudo-terminal of that many columns (`script` of util-linux makes it). */
export async function runOnTerminal(ground: Ground, args: readonly string[], columns: number): Promise<Shown> {
  const files = ['--config', join(ground.folder(), 'longshore.yml'), '--state', join(ground.folder(), 'state')]
  const command = [process.execPath, mainFile, ...files, ...args].map(quote).join(' ')
  const env = { PATH: process.env['PATH'], HOME: '/nonexistent', TERM: 'xterm', DOCKER_HOST: ground.host }
  const script = `stty cols ${columns} rows 24; exec ${command}`
  const { code, stdout } = await tryRun('script', ['-qefc', script, '/dev/null'], { env, limitMs: 170_000 })
  const lines = stdout.split('\r\n').map((line) => stripVTControlCharacters(line.split('\r').at(-1) ?? ''))
  return { code, raw: stdout, screen: lines.join('\n') }
}

const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`
