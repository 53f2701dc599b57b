import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe } from 'vitest'
import { stores } from '../../src/store/index.ts'
import type { Store } from '../../src/store/store.ts'
import { createMemoryStore } from '../fakes/store.ts'
import { createSchema, describeWithPostgres } from './postgres-place.ts'
import { contentPromises } from './store-kit-contents.ts'
import { eventPromises } from './store-kit-events.ts'
import { renewalPromises } from './store-kit-renewals.ts'
import { rolloutPromises } from './store-kit-rollouts.ts'
import { wordPromises } from './store-kit-words.ts'
import { storeKit } from './store-kit.ts'

storeKit('sqlite', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'longshore-store-'))
  const folder = join(parent, 'state')
  return {
    open: (access) => stores.sqlite({ folder, access, now: () => 0 }),
    remove: () => rm(parent, { recursive: true }),
  }
})

describeWithPostgres('on PostgreSQL', (server) => {
  storeKit('postgres', async () => {
    const schema = await createSchema(server)
    return {
      open: (access) => stores.postgres({ address: schema.address, access, now: () => 0 }),
      remove: schema.remove,
    }
  })
})

describe('the fake in memory, which keeps only the promises about contents', () => {
  let store: Store

  beforeEach(() => {
    store = createMemoryStore()
  })

  contentPromises({ store: () => store })
  renewalPromises({ store: () => store })
  eventPromises({ store: () => store })
  rolloutPromises({ store: () => store })
  wordPromises({ store: () => store })
})
