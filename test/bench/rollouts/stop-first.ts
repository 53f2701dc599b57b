import type { Figure } from '../figure.ts'
import { median } from '../figure.ts'
import type { Workplace } from '../workplace.ts'
import type { Stage } from './stage.ts'
import type { Replacement } from './ways.ts'
import { byHand, byProduct, byRawEngine, byStopAndStart, runFirst } from './ways.ts'

const rounds = 5

interface Turn {
  readonly product: Replacement
  readonly raw: Replacement
  readonly hand: Replacement
  readonly stopAndStart: Replacement
}

/** Stop-first replacements of a host-network server: by us, by the bare API and by hand, in turns. */
export async function measureStopFirst(workplace: Workplace, stage: Stage): Promise<readonly Figure[]> {
  const settings = { engine: stage.host, defaults: { gate: { minUptime: '200ms' }, keepOld: '0s' } }
  await using product = await workplace.startProduct(settings)
  const ours = await runFirst(stage, 'ours', '--label', 'longshore.watch=true')
  const theirs = await runFirst(stage, 'theirs')
  const turns: Turn[] = []
  // One turn more than counts: the first warms everybody up.
  while (turns.length <= rounds) {
    turns.push({
      product: await byProduct(ours, product),
      raw: await byRawEngine(theirs),
      hand: await byHand(theirs),
      stopAndStart: await byStopAndStart(theirs),
    })
  }
  await stage.docker('rm', '--force', ours.name, theirs.name)
  return figures(turns.slice(1))
}

function figures(turns: readonly Turn[]): readonly Figure[] {
  const middle = (way: keyof Turn, read: keyof Replacement): number => median(turns.map((turn) => turn[way][read] ?? 0))
  const figure = (what: string, read: keyof Replacement, way: keyof Turn, floor: string): Figure => ({
    what,
    value: middle('product', read),
    unit: 'ms',
    floor: { what: floor, value: middle(way, read) },
  })
  const api = 'the engine API'
  return [
    {
      ...figure('push to new version running', 'pushToRunningMs', 'raw', api),
      budget: { overFloor: 100 },
    },
    figure('push to new version running', 'pushToRunningMs', 'hand', 'docker pull, stop, run'),
    { ...figure('gap, stop-first', 'gapMs', 'raw', api), budget: { timesFloor: 1.1 } },
    figure('gap, stop-first', 'gapMs', 'stopAndStart', 'docker stop, start'),
    { ...figure('gap, stop-first, seen from outside', 'probedMs', 'raw', api), budget: { timesFloor: 1.1 } },
    figure('gap, stop-first, seen from outside', 'probedMs', 'stopAndStart', 'docker stop, start'),
  ]
}
