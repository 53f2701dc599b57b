import { describe, expect, test } from 'vitest'
import type { WorkloadRow } from '../../src/store/store.ts'
import type { KitStore } from './store-place.ts'
import { at, digest, workload } from './store-rows.ts'

/** The part of `storeKit` about finding again what was found before. */
export function renewalPromises({ store }: Pick<KitStore, 'store'>): void {
  describe('renewing a workload', () => {
    const times = { observedAt: at(30), decidedAt: at(31) }
    const again = (change: Partial<WorkloadRow> = {}): Omit<WorkloadRow, 'since'> => {
      const { since: _since, ...row } = workload({ ...change, ...times })
      return row
    }

    test.each([
      ['all of it is there', {}],
      ['nothing is', { digest: null, candidate: null, group: null }],
    ])('tells when it was found again and leaves the rest, where %s', async (_, change) => {
      await store().saveWorkload(workload(change))

      expect(await store().renewWorkload(again(change))).toBe(true)
      expect(await store().workload(workload().id)).toEqual(workload({ ...change, ...times }))
    })

    test.each<[string, Partial<WorkloadRow>]>([
      ['image', { image: 'registry.example.com:5000/shop/web:next' }],
      ['image id', { imageId: digest(200) }],
      ['digest', { digest: digest(200) }],
      ['digest, which is gone', { digest: null }],
      ['mode', { mode: 'notify' }],
      ['baseline', { baselineImage: digest(200) }],
      ['state', { state: 'held' }],
      ['sentence', { reason: { ...workload().reason, sentence: 'something else' } }],
      ['code', { reason: { ...workload().reason, code: 'OTHER' } }],
      ['candidate', { candidate: digest(200) }],
      ['candidate, which is gone', { candidate: null }],
      ['group', { group: 'other' }],
      ['group, which is gone', { group: null }],
    ])('writes nothing where another %s is known', async (_, change) => {
      await store().saveWorkload(workload())

      expect(await store().renewWorkload(again(change))).toBe(false)
      expect(await store().workload(workload().id)).toEqual(workload())
    })

    test('makes no row of what is not known', async () => {
      expect(await store().renewWorkload(again())).toBe(false)
      expect(await store().workload(workload().id)).toBeNull()
    })
  })
}
