import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { fuzzEventBodies } from './event-bodies.ts'

/** `npm run fuzz [bodies [seed]]`: a million changed bodies over all event sources, within a quarter of an hour. */
const [bodies = 1_000_000, seed = Date.now() % 2 ** 32] = process.argv.slice(2).map(Number)
const limitMs = 15 * 60_000

/** What one of them may take; a body of this size takes microseconds, and the machine may be busy. */
const slowestMaxMs = 1_000
/** Of what is still held when they are over, and of the whole process meanwhile. */
const heldMaxBytes = 32 * 1024 * 1024
const residentMaxBytes = 512 * 1024 * 1024

const startedAt = Date.now()
const before = held()
process.stdout.write(`${bodies} bodies, seed ${seed}\n`)
const report = await fuzzEventBodies({ seed, bodies, until: startedAt + limitMs })
const resident = process.resourceUsage().maxRSS * 1024
const grown = held() - before
const seconds = (Date.now() - startedAt) / 1000
process.stdout.write(
  `${JSON.stringify(report)}\n${seconds.toFixed(0)} s, ${mib(grown)} MiB more held than at the start, ${mib(resident)} MiB resident at most\n`,
)
const troubles = [
  report.bodies < bodies && `only ${report.bodies} in ${limitMs / 60_000} min`,
  report.slowestMs > slowestMaxMs && `one took ${report.slowestMs.toFixed(0)} ms`,
  grown > heldMaxBytes && 'something holds on to memory',
  resident > residentMaxBytes && 'too much memory was needed',
  report.sockets > 0 && `${report.sockets} connections were opened`,
  report.strayed.length > 0 && `somebody asked for ${report.strayed.slice(0, 5).join()}`,
].filter((trouble) => trouble !== false)
for (const trouble of troubles) process.stderr.write(`${trouble}\n`)
process.exitCode = troubles.length > 0 ? 1 : 0

/** Bytes of the heap once all that nobody needs is gone. */
function held(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}

function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1)
}
