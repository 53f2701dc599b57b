import { shortDigest, type Digest } from '../image/digest.ts'

/** A digest as people compare it; `-` for none. */
export const short = (digest: Digest | null): string => (digest === null ? '-' : shortDigest(digest))

/** `2026-11-20 12:00:00Z`: to the second, in UTC, as the log and the state have it. */
export const when = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 19)}Z`

/** Data for programs: two blanks of indent, so that people can read it too. */
export const json = (value: unknown): string => JSON.stringify(value, null, 2)

/** `3 workloads`, `1 workload`. */
export const count = (many: number, noun: string): string => `${many} ${noun}${many === 1 ? '' : 's'}`
