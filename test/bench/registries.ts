import { rmSync } from 'node:fs'
import { makePrivateFolder } from '../services/private-folder.ts'
import type { Figure, Missing } from './figure.ts'
import { cases, measureRegistries } from './registries/measure.ts'
import { toJson, toTable } from './report.ts'

/** Apart from `bench.ts`, which has to be over soon: thousands of images over few hosts take a minute. */
const folder = makePrivateFolder('bench')
const figures: Figure[] = []
const missing: Missing[] = []
for (const each of cases) {
  const what = `${each.images} images over ${each.hosts} hosts with ${each.credentials} credentials`
  process.stderr.write(`measuring ${what} ...\n`)
  try {
    figures.push(...(await measureRegistries(folder, each)))
  } catch (error) {
    missing.push({ what, reason: error instanceof Error ? error.message : String(error) })
  }
}
rmSync(folder, { recursive: true, force: true })
process.stdout.write(`${process.argv.includes('--json') ? toJson(figures, missing) : toTable(figures, missing)}\n`)
process.exitCode = missing.length > 0 ? 1 : 0
