import type { Time } from '../store.ts'
import type { Note } from './batches.ts'
import { forgetRollouts } from './forget-rollouts.ts'
import { forgetEvents, forgetHistory, forgetImages, forgetQuarantines, forgetSightings } from './forget-rows.ts'
import { forgetUnseenLists, forgetUnseenTags, forgetGoneWorkloads } from './forget-unseen.ts'
import { readMeta, writeMeta } from './meta.ts'
import type { Db } from './tables.ts'

const dayMs = 86_400_000

/** Some rows at a time, so that nothing else waits for long; what is cut off goes on a day later, or at the next start. */
export async function forgetOld(db: Db, note: Note, now: Time): Promise<void> {
  const before = await readMeta(db, 'tidied_at')
  // Either way: a clock that was set back must not put it off for years.
  if (before !== null && Math.abs(Date.parse(now) - Date.parse(before)) < dayMs) return
  // What is gone leaves rows that the others then find.
  await forgetGoneWorkloads(db, note, now)
  await forgetUnseenTags(db, note, now)
  await forgetUnseenLists(db, note, now)
  await forgetRollouts(db, note)
  await forgetHistory(db, note, now)
  await forgetSightings(db, note)
  await forgetImages(db, note, now)
  await forgetQuarantines(db, note)
  await forgetEvents(note, now)
  await note((transaction) => writeMeta(transaction, 'tidied_at', now))
}
