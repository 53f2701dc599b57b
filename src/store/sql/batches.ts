import type { Time } from '../store.ts'
import type { Db } from './tables.ts'

/** Does work in a transaction of its own, which a power cut may take. */
export type Note = (work: (transaction: Db) => Promise<void>) => Promise<void>

/** The time that long before another. */
export const timeBefore = (now: Time, ms: number): Time => new Date(Date.parse(now) - ms).toISOString()

/** Rows that go in one transaction. */
const batchMax = 200

/** Runs over the rows in portions. */
export async function inBatches<Row>(
  note: Note,
  rows: readonly Row[],
  work: (transaction: Db, batch: readonly Row[]) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < rows.length; start += batchMax) {
    const batch = rows.slice(start, start + batchMax)
    await note((transaction) => work(transaction, batch))
  }
}
