import type { Db } from './tables.ts'

/**
 * How many rows of what others send are kept.
 * `slack` may come above that before it is looked at: looking at each would take longer than writing it.
 */
export interface Bounds {
  readonly most: number
  readonly slack: number
}

/** Keeps the newest so many; those of the same moment as the oldest that stays stay too. */
export async function cutOldest(db: Db, table: 'eventKeys' | 'eventInbox', most: number): Promise<void> {
  const oldest = db
    .selectFrom(table)
    .select('receivedAt')
    .orderBy('receivedAt', 'desc')
    .limit(1)
    .offset(most - 1)
  await db.deleteFrom(table).where('receivedAt', '<', oldest).execute()
}
