import { afterEach, beforeEach, describe } from 'vitest'
import type { Store } from '../../src/store/store.ts'
import { contentPromises } from './store-kit-contents.ts'
import { eventPromises, eventPromisesAcrossRuns } from './store-kit-events.ts'
import { groupPromises } from './store-kit-groups.ts'
import { neighbourPromises } from './store-kit-neighbours.ts'
import { rolloutPromises } from './store-kit-rollouts.ts'
import { renewalPromises } from './store-kit-renewals.ts'
import { tagListPromises } from './store-kit-tag-lists.ts'
import { transactionPromises } from './store-kit-transactions.ts'
import { contentsPromises, retentionPromises } from './store-kit-upkeep.ts'
import { wordPromises } from './store-kit-words.ts'
import type { KitStore, StorePlace } from './store-place.ts'

/** What every store promises, whatever lies under it. */
export function storeKit(name: string, createPlace: () => Promise<StorePlace>): void {
  describe(`store ${name}`, () => {
    let place: StorePlace
    let store: Store

    beforeEach(async () => {
      place = await createPlace()
      store = await place.open('owner')
    })

    afterEach(async () => {
      await store.close()
      await place.remove()
    })

    const kitStore: KitStore = {
      store: () => store,
      open: (access) => place.open(access),
      reopen: async () => {
        await store.close()
        store = await place.open('owner')
      },
    }
    contentPromises(kitStore)
    renewalPromises(kitStore)
    eventPromises(kitStore)
    eventPromisesAcrossRuns(kitStore)
    rolloutPromises(kitStore)
    wordPromises(kitStore)
    groupPromises(kitStore)
    tagListPromises(kitStore)
    retentionPromises(kitStore)
    contentsPromises(kitStore)
    transactionPromises(kitStore)
    neighbourPromises(kitStore)
  })
}
