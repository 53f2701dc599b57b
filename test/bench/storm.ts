import { rmSync } from 'node:fs'
import { makePrivateFolder } from '../services/private-folder.ts'
import type { Figure, Missing } from './figure.ts'
import { toJson, toTable } from './report.ts'
import { measureBackups, measureBare, measureStorm } from './storm/measure.ts'

/** Apart from `bench.ts`, which has to be over soon: four storms of 10 s take almost a minute. */
const folder = makePrivateFolder('bench')
const figures: Figure[] = []
const missing: Missing[] = []
process.stderr.write('measuring the same storm against a bare server ...\n')
const floor = await measureBare(folder).catch((error: unknown) => {
  missing.push({ what: 'the floor', reason: String(error) })
  return []
})
const storms = [
  ...[1, 10_000].map((repositories) => ({
    what: `a storm of events about ${repositories} repositories`,
    measure: () => measureStorm(folder, repositories, floor),
  })),
  { what: 'a storm while a large state is backed up', measure: () => measureBackups(folder, floor) },
]
for (const { what, measure } of storms) {
  process.stderr.write(`measuring ${what} ...\n`)
  try {
    figures.push(...(await measure()))
  } catch (error) {
    missing.push({ what, reason: error instanceof Error ? error.message : String(error) })
  }
}
rmSync(folder, { recursive: true, force: true })
process.stdout.write(`${process.argv.includes('--json') ? toJson(figures, missing) : toTable(figures, missing)}\n`)
process.exitCode = missing.length > 0 ? 1 : 0
