import { describe, expect, test } from 'vitest'
import type { KitStore } from './store-place.ts'
import { at, digest, endedRollout, historyEntry, quarantine, rollout, workload } from './store-rows.ts'

/** The part of `storeKit` about rollouts and what is written with them. */
export function rolloutPromises({ store }: Pick<KitStore, 'store'>): void {
  describe('rollouts', () => {
    test('gives back every field, empty and filled', async () => {
      await store().saveRollout(rollout())
      expect(await store().rollout('r1')).toEqual(rollout())

      await store().saveRollout(endedRollout)
      expect(await store().rollout('r1')).toEqual(endedRollout)
    })

    test('lists the open ones oldest first, and those of a workload newest first', async () => {
      const first = rollout({ id: 'r9', createdAt: at(1), stage: 'ended' })
      const second = rollout({ id: 'r5', createdAt: at(2), stage: 'kept' })
      const third = rollout({ id: 'r7', createdAt: at(3) })
      const other = rollout({ id: 'r1', createdAt: at(4), workload: 'local/container/api' })
      for (const one of [first, second, third, other, second]) await store().saveRollout(one)

      expect(await store().openRollouts()).toEqual([second, third, other])
      expect(await store().rolloutsUnderWay()).toEqual([third, other])
      expect(await store().rollouts(first.workload, 10)).toEqual([third, second, first])
      expect(await store().rollouts(first.workload, 2)).toEqual([third, second])
    })

    test('writes journal, history, quarantine and baseline together with the rollout', async () => {
      const journal = { rollout: 'r1', step: 'R', effect: 'start-old', at: at(11) } as const
      await store().saveWorkload(workload())

      await store().saveRollout(endedRollout, {
        journal,
        history: historyEntry(),
        quarantine: quarantine(),
        baselineImage: digest(200),
      })

      expect(await store().journal('r1')).toEqual([journal])
      expect(await store().history({ limit: 10 })).toEqual([historyEntry()])
      expect(await store().quarantine('local/container/web')).toEqual([quarantine()])
      expect(await store().workload(workload().id)).toEqual(workload({ baselineImage: digest(200) }))
    })

    test('keeps the journal in the order of writing', async () => {
      const steps = ['J0', 'J1', 'J2', 'R', 'R'] as const
      for (const step of steps) {
        await store().saveRollout(rollout({ step }), {
          journal: { rollout: 'r1', step, effect: step, at: at(1) },
        })
      }

      expect((await store().journal('r1')).map((entry) => entry.step)).toEqual(steps)
    })

    test('keeps a snapshot until its rollout has ended', async () => {
      const snapshot = { Config: { Env: ['PASSWORD=hunter2'] }, Mounts: [] }
      await store().saveRollout(rollout())

      await store().saveSnapshot('r1', { Config: null })
      await store().saveSnapshot('r1', snapshot)
      await store().saveRollout(rollout({ stage: 'kept' }))
      expect(await store().snapshot('r1')).toEqual(snapshot)

      await store().saveRollout(rollout({ stage: 'ended' }))
      expect(await store().snapshot('r1')).toBeNull()
    })
  })
}
