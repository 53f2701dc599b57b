import { formatMinute } from '../../lib/minute.ts'

/** The first whole minute in which a tag is old enough: one that is told is never too early. @param at as of a selection */
export const oldEnoughAt = (at: number): string => formatMinute(new Date(Math.ceil(at / 60_000) * 60_000).toISOString())
