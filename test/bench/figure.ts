/** One thing that was measured, with what it is held against. */
export interface Figure {
  readonly what: string
  readonly value: number
  readonly unit: Unit
  /** The least that the same work takes on this machine, measured in the same run. */
  readonly floor?: { readonly what: string; readonly value: number }
  /** Without one the figure is for information. */
  readonly budget?: Budget
}

export type Unit = 'ms' | 'CPU ms' | 'MB' | 'MiB' | 'per image' | 'requests'

/** All that is given has to hold. */
export interface Budget {
  /** In the figure's own unit. */
  readonly most?: number
  /** How many times the floor. */
  readonly timesFloor?: number
  /** How much above the floor, in the figure's own unit. */
  readonly overFloor?: number
}

/** A part of the benchmark that could not be measured, and why. */
export interface Missing {
  readonly what: string
  readonly reason: string
}

/** Null without a floor, or with one of nothing. */
export function ratioOf({ value, floor }: Figure): number | null {
  return floor === undefined || floor.value === 0 ? null : value / floor.value
}

/** Null without a budget. */
export function isWithinBudget({ value, floor, budget }: Figure): boolean | null {
  if (budget === undefined) return null
  const limits = [
    budget.most,
    floor && budget.timesFloor !== undefined ? floor.value * budget.timesFloor : undefined,
    floor && budget.overFloor !== undefined ? floor.value + budget.overFloor : undefined,
  ]
  return limits.every((limit) => limit === undefined || value <= limit)
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle]
  if (upper === undefined) throw new Error('there is no median of nothing')
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}
