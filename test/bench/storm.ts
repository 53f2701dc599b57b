import { rmSync } from 'node:fs'
import { makePrivateFolder } from '../services/private-folder.ts'
import type { Figure, Missing } from './figure.ts'
import { toJson, toTable } from './report.ts'
import { measureBare, measureStorm } from './storm/measure.ts'

/** Apart from `bench.ts`, which has to be over soon: three storms of 10 s take half a minute. */
const folder = makePrivateFolder('bench')
const figures: Figure[] = []
const missing: Missing[] = []
process.stderr.write('measuring the same storm against a bare server ...\n')
const floor = await measureBare(folder).catch((error: unknown) => {
  missing.push({ what: 'the floor', reason: String(error) })
  return []
})
for (const repositories of [1, 10_000]) {
  const what = `a storm of events about ${repositories} repositories`
  process.stderr.write(`measuring ${what} ...\n`)
  try {
    figures.push(...(await measureStorm(folder, repositories, floor)))
  } catch (error) {
    missing.push({ what, reason: error instanceof Error ? error.message : String(error) })
  }
}
rmSync(folder, { recursive: true, force: true })
process.stdout.write(`${process.argv.includes('--json') ? toJson(figures, missing) : toTable(figures, missing)}\n`)
process.exitCode = missing.length > 0 ? 1 : 0
