import type { Time } from '../store.ts'
import { cutOldest, type Bounds } from './cut-oldest.ts'
import { prepared } from './prepared.ts'
import { retention } from './retention.ts'
import type { Db, Tables } from './tables.ts'

/** Which events came before. */
export interface EventKeys {
  /** @returns whether it is new */
  note(db: Db, key: string, receivedAt: Time): Promise<boolean>
}

const insertKey = prepared((db, { key, receivedAt }: Tables['eventKeys']) =>
  db
    .insertInto('eventKeys')
    .values({ key, receivedAt })
    .onConflict((conflict) => conflict.column('key').doNothing()),
)

const usual: Bounds = { most: retention.eventKeys, slack: 1_000 }

/** Whatever a sender makes of its ids, they take up only so much room: an event older than all of them is new again. */
export function createEventKeys({ most, slack }: Bounds = usual): EventKeys {
  // As if there were too many: a state that is opened often must not grow either.
  let sinceCut = slack

  return {
    async note(db, key, receivedAt) {
      const { numAffectedRows = 0n } = await insertKey(db, { key, receivedAt })
      if (numAffectedRows === 0n) return false
      sinceCut += 1
      if (sinceCut >= slack) {
        sinceCut = 0
        await cutOldest(db, 'eventKeys', most)
      }
      return true
    },
  }
}
