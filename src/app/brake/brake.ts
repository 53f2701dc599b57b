import { shortDigest } from '../../image/digest.ts'
import type { Reason } from '../../rollout/facts.ts'
import type { GateFailure, Time } from '../../store/store.ts'

/** Why no rollout of a target begins by itself, and since when. */
export interface Brake {
  readonly reason: Reason
  readonly since: Time
}

/** Failures of one digest that set the brake, on whatever workloads. */
const sameMax = 2

/** Failures of different digests that set it, and within what time. */
const differentMax = 3
const windowMs = 15 * 60_000

/**
 * The brake of a target, by the gate failures on it since it was last released; null while it is not set. Nothing but a
 * release takes it off: the failures stay.
 * @param failures of that target alone, oldest first
 */
export function brakeOf(failures: readonly GateFailure[]): Brake | null {
  for (const [index, latest] of failures.entries()) {
    const until = failures.slice(0, index + 1)
    const same = until.filter((each) => each.digest === latest.digest)
    if (same.length >= sameMax) return set(latest, `${shortDigest(latest.digest)} failed ${times(same)}`)
    const recent = until.filter((each) => Date.parse(latest.at) - Date.parse(each.at) <= windowMs)
    const digests = new Set(recent.map((each) => each.digest))
    if (digests.size >= differentMax) {
      return set(latest, `${digests.size} different versions failed within 15 minutes, ${on(recent)}`)
    }
  }
  return null
}

const times = (same: readonly GateFailure[]): string =>
  `${same.length === 2 ? 'twice' : `${same.length} times`}, ${on(same)}`

const on = (failures: readonly GateFailure[]): string =>
  `on ${[...new Set(failures.map(({ workload }) => workload))].join(' and ')}`

const set = ({ target, at }: GateFailure, what: string): Brake => ({
  reason: { code: 'BRAKED', sentence: `the brake of ${target} is on: ${what}` },
  since: at,
})

/** Those of one target. */
export const failuresOn = (failures: readonly GateFailure[], target: string): readonly GateFailure[] =>
  failures.filter((each) => each.target === target)
