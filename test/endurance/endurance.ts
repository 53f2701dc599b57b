import { parseArgs } from 'node:util'
import { ensureInstalled } from '../services/install.ts'
import { fetchOlderEngine, olderDocker, startOlderEngine } from '../services/older-engine.ts'
import { startRegistry } from '../services/registry.ts'
import { tellEndured, writeDocument } from './document.ts'
import { endure } from './endure.ts'

/**
 * `npm run endurance`: begins no round after `--minutes`, and writes docs/endurance.md when it went all the way, or with
 * `--write`. With `--engine older` it is the oldest engine that is supported, and docs/endurance-older.md.
 */
const { values } = parseArgs({
  options: {
    containers: { type: 'string' },
    rounds: { type: 'string' },
    minutes: { type: 'string' },
    seed: { type: 'string', default: '4' },
    engine: { type: 'string', default: 'installed' },
    write: { type: 'boolean', default: false },
  },
})
const say = (line: string) => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${line}\n`)
const count = wholeNumber('containers', values.containers, 100, 100)
const rounds = wholeNumber('rounds', values.rounds, 10, 1000)
const seed = wholeNumber('seed', values.seed, 4, 2 ** 32 - 2)

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    say('ends after this round; once more ends it at once')
    interrupted.abort()
  })
}
const minutes = wholeNumber('minutes', values.minutes, 60, 1440)
if (!['installed', 'older'].includes(values.engine)) throw new Error('--engine must be installed or older')
const isOlder = values.engine === 'older'
const enough = AbortSignal.any([interrupted.signal, AbortSignal.timeout(minutes * 60_000)])
await ensureInstalled(['engine', 'docker', 'registry', 'busybox'], say)
if (isOlder) await fetchOlderEngine(say)
const registry = await startRegistry()
try {
  const other = isOlder ? { other: { start: startOlderEngine, program: olderDocker } } : {}
  const endured = await endure({ count, rounds, seed, registry, ...other, say, signal: enough })
  const text = await tellEndured(endured)
  process.stdout.write(text)
  const isWhole = values.containers === undefined && endured.rounds >= 10
  if (isWhole || values.write) writeDocument(text, isOlder ? 'endurance-older' : 'endurance')
  process.exitCode = endured.losses.length === 0 ? 0 : 1
} finally {
  await registry.stop()
}

function wholeNumber(name: string, text: string | undefined, preset: number, most: number): number {
  const number = Number(text ?? preset)
  if (Number.isInteger(number) && number >= 1 && number <= most) return number
  throw new Error(`--${name} must be a whole number from 1 to ${most}, not ${text}`)
}
