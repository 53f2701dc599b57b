import { AppError } from '../../errors.ts'
import { quote } from '../../image/quote.ts'
import { toDigits } from '../../image/version/digits.ts'
import { noSuffix, readSuffix } from '../../image/version/suffix.ts'
import type { Version } from '../../image/version/version.ts'

/** How dates are written in tags: `YYYY.MM.DD`. */
export interface CalverLayout {
  /** The parts of the date, the weightiest first, as the numbers of a version; or why it is none. */
  read(text: string): Version | { readonly problem: string }
}

type Part = 'year' | 'month' | 'week' | 'day' | 'minor' | 'micro'

/** calver.org's tokens; the padding that they name is not asked for, since both are read. */
const tokens: Readonly<Record<string, { readonly part: Part; readonly width: number }>> = {
  YYYY: { part: 'year', width: 4 },
  YY: { part: 'year', width: 2 },
  '0Y': { part: 'year', width: 2 },
  MM: { part: 'month', width: 2 },
  '0M': { part: 'month', width: 2 },
  M: { part: 'month', width: 2 },
  WW: { part: 'week', width: 2 },
  '0W': { part: 'week', width: 2 },
  W: { part: 'week', width: 2 },
  DD: { part: 'day', width: 2 },
  '0D': { part: 'day', width: 2 },
  D: { part: 'day', width: 2 },
  MINOR: { part: 'minor', width: 0 },
  MICRO: { part: 'micro', width: 0 },
}
const token = /MINOR|MICRO|YYYY|YY|0Y|MM|0M|WW|0W|DD|0D|M|W|D/g
const dateParts: readonly Part[] = ['year', 'month', 'week', 'day']

/** @throws POLICY_INVALID */
export function readLayout(layout: string): CalverLayout {
  const found = [...layout.matchAll(token)]
  const parts = found.map(([name]) => (tokens[name] ?? { part: 'micro' }).part)
  check(layout, parts, found)
  const regex = toRegex(layout, found)
  const order = weightiestFirst(parts).map((part) => parts.indexOf(part))
  const isDate = dateTest(parts)
  return {
    read(text) {
      const match = regex.exec(text)
      if (match === null) return { problem: `it is not written as ${layout}` }
      if (!isDate(match)) return { problem: 'there is no such date' }
      const rest = match[first + parts.length] ?? ''
      const separator = rest.startsWith('_') ? '_' : '-'
      const suffix = rest === '' ? noSuffix : readSuffix(rest.slice(1), separator)
      return {
        ...suffix,
        numbers: order.map((at) => toDigits(match[first + at] ?? '')),
        hasPrefix: match[1] !== undefined,
        form: 'year',
      }
    },
  }
}

function check(layout: string, parts: readonly Part[], found: readonly RegExpExecArray[]): void {
  const wrong = (problem: string) => new AppError('POLICY_INVALID', `range: the layout ${quote(layout)} ${problem}`)
  if (layout === '') {
    throw new AppError('POLICY_INVALID', 'range: calver needs a layout, such as calver:YYYY.MM.DD')
  }
  if (!parts.includes('year')) throw wrong('names no year: YYYY, YY or 0Y')
  if (new Set(parts).size < parts.length) throw wrong('names a part of the date twice')
  const rest = layout.replaceAll(token, '')
  if (!/^[a-z0-9._-]*$/.test(rest))
    throw wrong(
      `has ${quote(rest.replaceAll(/[a-z0-9._-]/g, ''))}, which is none of YYYY YY 0Y MM 0M DD 0D WW 0W MINOR MICRO`,
    )
  for (const [at, { 0: name, index }] of found.entries()) {
    const width = tokens[name]?.width ?? 0
    if (width === 0 && found[at + 1]?.index === index + name.length) throw wrong(`needs a separator behind ${name}`)
  }
}

/** A part that no separator follows has its full width: nobody could tell `2026111` otherwise. The last alone may be short. */
function toRegex(layout: string, found: readonly RegExpExecArray[]): RegExp {
  let regex = layout.startsWith('v') ? '^()' : '^([vV])?'
  let at = 0
  for (const [number, { 0: name, index }] of found.entries()) {
    const { part = 'micro', width = 0 } = tokens[name] ?? {}
    const before = found[number - 1]
    const end = index + name.length
    const isLast = number === found.length - 1
    const touches = isLast
      ? before !== undefined && before.index + before[0].length === index
      : found[number + 1]?.index === end
    regex += escape(layout.slice(at, index))
    if (part === 'minor' || part === 'micro') regex += '(\\d+)'
    else regex += touches || width === 4 ? `(\\d{${width}})` : `(\\d{1,${width}})`
    at = end
  }
  return new RegExp(`${regex}${escape(layout.slice(at))}([-_].+)?$`, 's')
}

const escape = (text: string): string => text.replaceAll('.', '\\.')

/** The places of the date's parts hold them from year to day, in whatever order they are written. */
function weightiestFirst(parts: readonly Part[]): readonly Part[] {
  const dates = dateParts.filter((part) => parts.includes(part))
  return parts.map((part) => (dateParts.includes(part) ? (dates.shift() ?? part) : part))
}

/** Where the parts begin among the groups of a match: behind the prefix. */
const first = 2

/** Whether what a layout matched is a date that there is. */
function dateTest(parts: readonly Part[]): (match: RegExpExecArray) => boolean {
  const [year, month, week, day] = dateParts.map((part) => parts.indexOf(part))
  return (match) => {
    const monthOf = numberAt(match, month)
    if (!isWithin(monthOf, 12) || !isWithin(numberAt(match, week), 53)) return false
    return isWithin(numberAt(match, day), monthOf === null ? 31 : daysIn(numberAt(match, year) ?? 0, monthOf))
  }
}

const numberAt = (match: RegExpExecArray, at = -1) => (at === -1 ? null : Number(match[first + at]))

const isWithin = (number: number | null, max: number): boolean => number === null || (number >= 1 && number <= max)

/** @param year of two digits: of this century */
function daysIn(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31
  const whole = year < 100 ? 2000 + year : year
  return whole % 4 === 0 && (whole % 100 !== 0 || whole % 400 === 0) ? 29 : 28
}
