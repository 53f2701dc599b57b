import { compareDigits, toDigits, type Digits } from '../image/version/digits.ts'
import type { Policy, PolicySpec } from './policy.ts'
import { choosing } from './stages/choosing.ts'
import { drop } from './stages/dropped.ts'
import type { Ordering } from './stages/ordering.ts'

/** The largest number. Exact at any length: nineteen digits of a timestamp would lose some of them as a `number`. */
export const numericalPolicy = (spec: PolicySpec): Policy => choosing(spec, numerical)

interface Decimal {
  readonly whole: Digits
  /** Digits behind the point without the zeros at the end. */
  readonly fraction: string
  /** Of numbers that it is written with: `1.0` has two. */
  readonly count: number
}

const numerical: Ordering<Decimal> = {
  superlative: { highest: 'the largest number', lowest: 'the next larger number' },
  notNewer: { equal: 'it is the current number under another name', below: 'it is below the current tag' },
  read(text) {
    const match = /^(\d+)(?:\.(\d+))?$/.exec(text)
    if (match === null) return drop('unreadable', 'it is no whole number or decimal')
    const [, whole = '', fraction] = match
    const count = fraction === undefined ? 1 : 2
    return { value: { whole: toDigits(whole), fraction: (fraction ?? '').replace(/0+$/, ''), count } }
  },
  admit: () => null,
  compare: (a, b) => compareDigits(a.whole, b.whole) || compareText(a.fraction, b.fraction),
  prefer: (a, b) => a.count - b.count,
  major: () => null,
}

/** Digits behind a point order as text does. */
const compareText = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1)
