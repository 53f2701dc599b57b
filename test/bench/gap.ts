import { join } from 'node:path'
import { run } from '../services/command.ts'
import { toJson, toTable } from './report.ts'
import { measureGap } from './rollouts/gap.ts'
import { openStage } from './rollouts/stage.ts'
import { openWorkplace } from './workplace.ts'

/** Apart from `bench.ts`, which has to be over soon: sixty rollouts take some minutes. */
await run(process.execPath, [join(import.meta.dirname, '../../scripts/build.ts')])
using workplace = await openWorkplace()
await using stage = await openStage()
const figures = await measureGap(workplace, stage)
process.stdout.write(`${process.argv.includes('--json') ? toJson(figures, []) : toTable(figures, [])}\n`)
