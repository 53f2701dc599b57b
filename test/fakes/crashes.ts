import fc from 'fast-check'
import { takeUp } from '../../src/rollout/machine.ts'
import { restLeftMs } from '../../src/rollout/rest-left.ts'
import type { Rollout } from '../../src/rollout/rollout.ts'
import type { Store } from '../../src/store/store.ts'

/** The process dies here. */
export class Crash extends Error {}

/** A rollout with the state that outlives a crash. */
interface World {
  readonly rollout: Rollout
  readonly store: Pick<Store, 'rollout'>
  run(start: Rollout, onMoment: (moment: string) => void): Promise<Rollout>
}

/** Runs to the end, taking up again after every crash as a new process would: from the store, never from memory. */
export async function survive(world: World, onMoment: (moment: string, count: number) => void): Promise<Rollout> {
  let count = 0
  let rollout = world.rollout
  for (let lives = 0; lives < 60; lives++) {
    try {
      return await world.run(rollout, (moment) => onMoment(moment, count++))
    } catch (error) {
      if (!(error instanceof Crash)) throw error
      rollout = takeUp((await world.store.rollout(rollout.id)) ?? world.rollout)
    }
  }
  throw new Error('it never came to rest')
}

/** Drives a rollout on whenever it is due again, as long as it waits: time passes for that. */
export async function driveOn(
  drive: (rollout: Rollout) => Promise<Rollout>,
  start: Rollout,
  clock: { now(): number; advance(ms: number): void },
): Promise<Rollout> {
  let last = await drive(start)
  for (let leftMs = restLeftMs(last, clock.now()); leftMs > 0; leftMs = restLeftMs(last, clock.now())) {
    clock.advance(leftMs)
    last = await drive(last)
  }
  return last
}

/** Where to crash, and how often in a row, so that all is met: more often than an effect that fails is tried. */
export const crashesIn = (moments: readonly string[]): readonly (readonly [at: number, crashes: number])[] =>
  moments.flatMap((_, at) => [1, 4].map((crashes) => [at, crashes] as const))

/** What may come between any two effects of a rollout. */
export type Disturbance =
  | { readonly kind: 'crash' | 'engine-restart' | 'engine-away' | 'prune' }
  | { readonly kind: 'hand'; readonly action: 'stop' | 'start' | 'remove' | 'rename'; readonly which: 'old' | 'new' }

export const disturbance: fc.Arbitrary<Disturbance> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Disturbance>({ kind: 'crash' }) },
  { weight: 2, arbitrary: fc.constant<Disturbance>({ kind: 'engine-restart' }) },
  { weight: 1, arbitrary: fc.constant<Disturbance>({ kind: 'engine-away' }) },
  { weight: 1, arbitrary: fc.constant<Disturbance>({ kind: 'prune' }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('hand' as const),
      action: fc.constantFrom('stop' as const, 'start' as const, 'remove' as const, 'rename' as const),
      which: fc.constantFrom('old' as const, 'new' as const),
    }),
  },
)
