import { describe, expect, test } from 'vitest'
import type { KitStore } from './store-place.ts'
import { at, historyEntry, reason, workload } from './store-rows.ts'

/** The part of `storeKit` about several that have the same state open. */
export function neighbourPromises({ store, open, reopen }: KitStore): void {
  describe('beside an owner', () => {
    test('a reader sees what the owner writes, as it is written', async () => {
      const reader = await open('reader')
      await store().saveWorkload(workload())

      expect(await reader.workloads()).toEqual([workload()])
      await reader.close()
    })

    test('a reader cannot write', async () => {
      const reader = await open('reader')

      await expect(reader.setHold(null)).rejects.toMatchObject({ code: 'STATE_UNWRITABLE' })
      await reader.close()
    })

    test('what a visitor writes is seen by the owner', async () => {
      await store().setHold({ reason, since: at(1) })
      const visitor = await open('visitor')

      await visitor.setHold(null)
      await visitor.addHistory(historyEntry({ kind: 'resume' }))

      expect(await store().hold()).toBeNull()
      expect(await store().history({ limit: 1 })).toEqual([historyEntry({ kind: 'resume' })])
      await visitor.close()
    })

    test('a second owner is refused until the first has closed', async () => {
      await expect(open('owner')).rejects.toMatchObject({ code: 'STATE_LOCKED' })

      await expect(reopen()).resolves.toBeUndefined()
    })
  })
}
