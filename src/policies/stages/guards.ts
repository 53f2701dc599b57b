import { matchesPlatform } from '../../image/platform-match.ts'
import { formatPlatform, normalizePlatform, type Platform } from '../../image/platform.ts'
import { readVersion } from '../../image/version/version.ts'
import type { Candidate, PolicySpec, Selection, SelectionContext } from '../policy.ts'
import { drop, type Dropped } from './dropped.ts'

/**
 * What keeps a candidate back whatever its place in the order: age, immutability, quarantine, platform.
 * @param numbers how many its version has; null where the order reads none
 */
export function guard(
  spec: PolicySpec,
  candidate: Candidate,
  numbers: number | null,
  context: SelectionContext,
): Dropped | null {
  return (
    guardAge(spec, candidate, context) ??
    guardMove(spec, candidate, numbers) ??
    guardQuarantine(candidate, context) ??
    guardPlatform(candidate, context)
  )
}

function guardAge({ minAgeMs }: PolicySpec, { firstSeenAt }: Candidate, { now }: SelectionContext): Dropped | null {
  if (minAgeMs === null) return null
  if (firstSeenAt === null) return drop('age-unknown', 'nobody knows since when it is there')
  const ageMs = now - firstSeenAt
  if (ageMs >= minAgeMs) return null
  return drop('too-young', tellAge(ageMs, minAgeMs))
}

/** Whether a tag that was to stay as it is has moved. Only tags of three or more numbers are meant to stay. */
export function isMovedImmutable(
  { immutable }: PolicySpec,
  { tag, hasMoved }: Candidate,
  numbers: number | null,
): boolean {
  return immutable && hasMoved && isMeantToStay(tag, numbers)
}

/** Whether a tag has three or more numbers. @param numbers as a policy reads it; null where it reads none */
export const isMeantToStay = (tag: string, numbers: number | null): boolean =>
  (numbers ?? readVersion(tag)?.numbers.length ?? 0) >= 3

function guardMove(spec: PolicySpec, candidate: Candidate, numbers: number | null): Dropped | null {
  return isMovedImmutable(spec, candidate, numbers)
    ? drop('moved', 'it names another digest than before, and is immutable')
    : null
}

function guardQuarantine({ digest }: Candidate, { quarantined }: SelectionContext): Dropped | null {
  if (digest === null || !quarantined.has(digest)) return null
  return drop('quarantined', 'what it names failed here before')
}

function guardPlatform({ platforms }: Candidate, { platform }: SelectionContext): Dropped | null {
  if (platform === null) return null
  if (platforms === null)
    return drop('platform-unknown', `nobody knows whether it is there for ${formatPlatform(platform)}`)
  if (platforms.some((each) => isFor(platform, each))) return null
  return drop('platform-missing', `it is not there for ${formatPlatform(platform)}`)
}

/** An engine would also take a lesser architecture, such as arm on arm64: a workload that ran the better one would lose. */
function isFor(wanted: Platform, offered: Platform): boolean {
  const { architecture } = normalizePlatform(wanted)
  return normalizePlatform(offered).architecture === architecture && matchesPlatform(wanted, offered)
}

/** What would have to be looked up to judge again a candidate that was dropped for want of it. */
export function whatIsMissing({ tag, digest }: Candidate, { verdict }: Dropped): Selection['missing'] {
  if (verdict !== 'age-unknown' && verdict !== 'platform-unknown') return null
  if (digest === null) return { tag, what: 'digest' }
  return verdict === 'platform-unknown' ? { tag, what: 'platforms' } : null
}

const units = [
  ['week', 604_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const

/** `it has been there for 30 hours of 36`: in the largest unit that loses nothing of what is asked for. */
function tellAge(ageMs: number, minAgeMs: number): string {
  const [unit, size] = units.find(([, each]) => minAgeMs % each === 0 && minAgeMs > each) ?? ['second', 1000]
  // Less than nothing, as of a clock that was put back, is nothing.
  const age = Math.max(0, Math.floor(ageMs / size))
  return `it has been there for ${age} of ${minAgeMs / size} ${unit}s`
}
