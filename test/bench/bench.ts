import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { run } from '../services/command.ts'
import { measureClouds } from './clouds/clouds.ts'
import { measureEvents } from './events/events.ts'
import type { Figure, Missing } from './figure.ts'
import { measureIdle } from './idle.ts'
import { measurePushes } from './pushes/pushes.ts'
import { toJson, toTable } from './report.ts'
import { measureStartFirst } from './rollouts/start-first.ts'
import type { Stage } from './rollouts/stage.ts'
import { openStage } from './rollouts/stage.ts'
import { measureStopFirst } from './rollouts/stop-first.ts'
import { measureWayBack } from './rollouts/way-back.ts'
import { measureScans } from './scans/scans.ts'
import { measureSelection } from './selection/selection.ts'
import { measureStartUp } from './start-up.ts'
import type { Workplace } from './workplace.ts'
import { openWorkplace } from './workplace.ts'

/** What is not measured by then is left out: a benchmark that takes longer is not run. */
const limitMs = 210_000

const figures: Figure[] = []
const missing: Missing[] = []
const timeUp = delay(limitMs, undefined, { ref: false }).then(() => {
  throw new Error(`the ${limitMs / 1000} s of the benchmark are over`)
})
timeUp.catch(() => {})

/** One part after the other: two at a time would measure each other. */
async function measure<Result>(what: string, work: () => Promise<Result>): Promise<Result | undefined> {
  process.stderr.write(`measuring ${what} ...\n`)
  try {
    return await Promise.race([work(), timeUp])
  } catch (error) {
    missing.push({ what, reason: error instanceof Error ? error.message : String(error) })
    return undefined
  }
}

async function measureOnEngine(workplace: Workplace, stage: Stage): Promise<void> {
  for (const [what, part] of [
    ['stop-first', measureStopFirst],
    ['start-first', measureStartFirst],
    ['the way back', measureWayBack],
    ['pushes that it is told of', measurePushes],
  ] as const) {
    figures.push(...((await measure(what, () => part(workplace, stage))) ?? []))
  }
}

async function prepare(): Promise<Workplace> {
  await run(process.execPath, [join(import.meta.dirname, '../../scripts/build.ts')])
  return openWorkplace()
}

async function measureAll(): Promise<void> {
  using workplace = await measure('a fresh build', prepare)
  if (workplace === undefined) return
  for (const auth of ['none', 'token'] as const) {
    figures.push(...((await measure(`200 images, sign-in: ${auth}`, () => measureScans(workplace, auth))) ?? []))
  }
  for (const workloads of [3, 50]) {
    const figure = await measure(`idle memory, ${workloads} workloads`, () => measureIdle(workplace, workloads))
    if (figure !== undefined) figures.push(figure)
  }
  figures.push(...((await measure('the start of a command', measureStartUp)) ?? []))
  figures.push(...((await measure("Amazon's and Google's libraries", () => measureClouds(workplace))) ?? []))
  figures.push(...((await measure('choosing a tag', measureSelection)) ?? []))
  figures.push(...((await measure('events', () => measureEvents(workplace))) ?? []))
  await using stage = await measure('a Docker engine', openStage)
  if (stage !== undefined) await measureOnEngine(workplace, stage)
}

await measureAll()
process.stdout.write(`${process.argv.includes('--json') ? toJson(figures, missing) : toTable(figures, missing)}\n`)
