import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What the program does when it is called with arguments that contain `when`; the first that matches. */
export interface FakeAnswer {
  readonly when: string
  readonly stdout?: string
  readonly stderr?: string
  readonly code?: number
  /** Prints this many bytes on its output. */
  readonly printsBytes?: number
  /** Goes on until it is killed: `politely` ends on SIGTERM, `stubbornly` does not. */
  readonly stays?: 'politely' | 'stubbornly'
  /** Before it ends it waits until this file is there. */
  readonly waitsFor?: string
}

export interface FakeCall {
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly folder: string
  readonly pid: number
  readonly input: string
}

const program = `const fs = require('node:fs')
const args = process.argv.slice(2)
const { answers } = JSON.parse(fs.readFileSync(__dirname + '/answers.json', 'utf8'))
const answer = answers.find(({ when }) => args.join(' ').includes(when)) ?? { code: 99, stderr: 'unexpected ' + args }
if (answer.stays === 'stubbornly') process.on('SIGTERM', () => {})
const call = { args, environment: process.env, folder: process.cwd(), pid: process.pid, input: fs.readFileSync(0, 'utf8') }
fs.appendFileSync(__dirname + '/calls.jsonl', JSON.stringify(call) + '\\n')
const end = () => {
  fs.writeSync(1, answer.stdout ?? '')
  fs.writeSync(2, answer.stderr ?? '')
  process.exitCode = answer.code ?? 0
}
if (answer.printsBytes !== undefined) {
  const piece = Buffer.alloc(65536, 'x')
  for (let left = answer.printsBytes; left > 0; left -= piece.length) fs.writeSync(1, piece.subarray(0, Math.min(left, piece.length)))
}
if (answer.stays !== undefined) {
  fs.writeSync(1, answer.stdout ?? '')
  setInterval(() => {}, 1000)
} else if (answer.waitsFor !== undefined) {
  const poll = setInterval(() => {
    if (!fs.existsSync(answer.waitsFor)) return
    clearInterval(poll)
    end()
  }, 10)
} else end()
`

/** A folder to be the PATH, with programs in it that answer as they are told and write down how they were called. */
export function stageComposeCommand() {
  const folder = mkdtempSync(join(tmpdir(), 'longshore-fake-compose-'))
  const install = (name: string): string => {
    const own = join(folder, `${name}-files`)
    mkdirSync(own, { recursive: true })
    writeFileSync(join(own, 'program.cjs'), program)
    writeFileSync(join(own, 'answers.json'), JSON.stringify({ answers: [] }))
    // Node takes an `--env-file` among the arguments of a program for its own, unless the program stands after `--`.
    const start = `#!/bin/sh\nexec '${process.execPath}' -- '${join(own, 'program.cjs')}' "$@"\n`
    writeFileSync(join(folder, name), start, { mode: 0o755 })
    return own
  }
  return {
    /** For PATH, and nothing else is on it. */
    path: folder,
    folder,
    /** Lets a program of this name be there and answer. */
    answer(name: 'docker' | 'docker-compose', answers: readonly FakeAnswer[]): void {
      writeFileSync(join(install(name), 'answers.json'), JSON.stringify({ answers }))
    },
    remove: (name: 'docker' | 'docker-compose'): void => rmSync(join(folder, name)),
    calls(name: 'docker' | 'docker-compose' = 'docker'): readonly FakeCall[] {
      try {
        const lines = readFileSync(join(folder, `${name}-files`, 'calls.jsonl'), 'utf8')
          .trim()
          .split('\n')
        return lines.map((line) => JSON.parse(line) as FakeCall) // Written by the program above.
      } catch {
        return []
      }
    },
    close: (): void => rmSync(folder, { recursive: true, force: true }),
  }
}
