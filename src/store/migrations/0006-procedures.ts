import type { Kysely } from 'kysely'
import { changeRecords } from './change-records.ts'

/** Rollouts say how they are carried out; older ones all replaced a container. */
export async function procedures(db: Kysely<unknown>): Promise<void> {
  await changeRecords(db, ({ image }) => ({
    procedure: 'replace',
    scale: 1,
    fromReference: image,
    definition: null,
    proven: [],
  }))
}
