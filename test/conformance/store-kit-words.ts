import { describe, expect, test } from 'vitest'
import type { KitStore } from './store-place.ts'
import { at, digest, historyEntry, override, pause, quarantine, rollout, workload } from './store-rows.ts'

/** The part of `storeKit` about what people said. */
export function wordPromises({ store }: Pick<KitStore, 'store'>): void {
  describe('words of people', () => {
    test('are none while empty', async () => {
      expect(await store().override('w')).toBeNull()
      expect(await store().overrides()).toEqual([])
      expect(await store().pauses()).toEqual([])
    })

    test('one override per workload, the latest, with every field and without', async () => {
      const other = override({ workload: 'local/container/api' })
      const later = override({ kind: 'deploy', digest: null, reason: null, since: at(20), insteadOf: null })
      for (const each of [override(), other, later]) await store().setOverride(each)

      expect(await store().overrides()).toEqual([other, later])
      expect(await store().override(later.workload)).toEqual(later)
      expect(await store().override('local/container/nobody')).toBeNull()
    })

    test('an override that ends takes no later one with it', async () => {
      const later = override({ since: at(20) })
      await store().setOverride(override())
      await store().setOverride(later)

      await store().clearOverride(override())
      expect(await store().override(later.workload)).toEqual(later)

      await store().clearOverride(later)
      expect(await store().override(later.workload)).toBeNull()
    })

    test('an override that ends takes none with it that was said in the same moment', async () => {
      const other = override({ tag: '1.5' })
      await store().setOverride(override())
      await store().setOverride(other)

      await store().clearOverride(override(), { history: historyEntry(), next: override({ tag: '1.6' }) })

      expect(await store().override(other.workload)).toEqual(other)
      expect(await store().history({ limit: 1 })).toEqual([])
    })

    test('an override that ends makes room for the next, with its history', async () => {
      const next = override({ since: at(20), insteadOf: null })
      await store().setOverride(override())

      await store().clearOverride(override(), { history: historyEntry(), next })

      expect(await store().override(next.workload)).toEqual(next)
      expect(await store().history({ limit: 1 })).toEqual([historyEntry()])
    })

    test('what a workload is meant to run outlives a decision that was made before it was said', async () => {
      const { id } = workload()
      await store().saveWorkload(workload())
      await store().clearPause(id, { baselineImage: digest(200) })

      await store().saveWorkload(workload({ state: 'current' }), 'keep')
      expect(await store().workload(id)).toEqual(workload({ state: 'current', baselineImage: digest(200) }))

      await store().saveWorkload(workload())
      expect(await store().workload(id)).toEqual(workload())
    })

    test('one pause per workload and one of everything, which comes first', async () => {
      const everything = pause({ workload: null, until: null, reason: null })
      const later = pause({ until: null, since: at(30) })
      for (const each of [pause(), everything, later]) await store().setPause(each)

      expect(await store().pauses()).toEqual([everything, later])

      await store().clearPause(null)
      expect(await store().pauses()).toEqual([later])

      await store().clearPause(later.workload)
      await store().clearPause('never paused')
      expect(await store().pauses()).toEqual([])
    })

    test('come with their history, and with what they lift and accept', async () => {
      const history = historyEntry({ kind: 'pin', actor: 'ada', rollout: null })
      const kept = quarantine({ digest: digest(3) })
      await store().saveWorkload(workload())
      for (const each of [quarantine(), kept]) await store().saveRollout(rollout(), { quarantine: each })

      await store().setOverride(override(), {
        history,
        liftsQuarantine: quarantine().digest,
        baselineImage: digest(200),
      })

      expect(await store().history({ limit: 10 })).toEqual([history])
      expect(await store().quarantine(kept.workload)).toEqual([kept])
      expect(await store().workload(workload().id)).toEqual(workload({ baselineImage: digest(200) }))
    })

    test.each(['pin', 'unpin', 'pause', 'resume', 'deploy', 'rollback', 'quarantine-released'] as const)(
      'are told in the history as %s, by whom',
      async (kind) => {
        const entry = historyEntry({ kind, actor: 'ada' })
        const everything = historyEntry({ kind, actor: 'ada', workload: null })

        await store().clearPause(entry.workload, { history: entry, liftsQuarantine: 'all' })
        await store().setHold(null, { history: everything })
        await store().liftQuarantine(workload().id, 'all', entry)
        await store().setOverride(override())
        await store().clearOverride(override(), { history: entry })
        await store().setPause(pause(), { history: entry })

        expect(await store().history({ limit: 10 })).toEqual([entry, entry, entry, everything, entry])
      },
    )
  })
}
