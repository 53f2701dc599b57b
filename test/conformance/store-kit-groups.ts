import { describe, expect, test } from 'vitest'
import type { Approval, GateFailure, MassChange } from '../../src/store/store.ts'
import type { KitStore } from './store-place.ts'
import { at, digest, historyEntry, rollout } from './store-rows.ts'

const failure = (change: Partial<GateFailure> = {}): GateFailure => ({
  target: 'local',
  workload: 'local/container/web',
  digest: digest(2),
  at: at(12),
  ...change,
})
const massChange = (change: Partial<MassChange> = {}): MassChange => ({
  target: 'local',
  count: 30,
  most: 20,
  since: at(12),
  ...change,
})
const approval = (change: Partial<Approval> = {}): Approval => ({
  target: 'local',
  workload: 'local/container/web',
  digest: digest(2),
  ...change,
})

/** The part of `storeKit` about what goes together, and what holds a whole target. */
export function groupPromises({ store, reopen }: Pick<KitStore, 'store' | 'reopen'>): void {
  describe('groups', () => {
    const web = rollout({ id: 'r1', createdAt: at(1) })
    const db = rollout({ id: 'r2', createdAt: at(2), workload: 'local/container/db' })

    test('have no wave before a rollout joins it, and then one of each workload, by when it began', async () => {
      expect(await store().wave('shop')).toEqual([])
      await store().saveRollout(db, { wave: 'shop' })
      await store().saveRollout(web, { wave: 'shop' })
      await store().saveRollout(rollout({ id: 'r3', workload: 'local/container/api' }), { wave: 'blog' })

      expect(await store().wave('shop')).toEqual([web, db])
    })

    test('show the rollouts of their wave as they are by now, the latest of each workload', async () => {
      const again = rollout({ id: 'r9', createdAt: at(9) })
      for (const each of [web, again]) await store().saveRollout(each, { wave: 'shop' })
      const ended = { ...again, stage: 'ended', outcome: 'succeeded' } as const
      await store().saveRollout(ended)

      expect(await store().wave('shop')).toEqual([ended])
    })

    test('remember what a workload ran before its first rollout of the wave', async () => {
      await store().saveRollout(web, { wave: 'shop', waveFrom: digest(7) })
      await store().saveRollout(db, { wave: 'shop', waveFrom: null })
      await reopen()

      expect((await store().wave('shop')).map((each) => each.fromDigest)).toEqual([digest(7), null])
      expect(await store().rollout(web.id)).toEqual(web)
    })

    test('end their wave but for what joined it meanwhile, across runs', async () => {
      await store().saveRollout(web, { wave: 'shop' })
      await store().saveRollout(db, { wave: 'shop' })
      await reopen()

      await store().endWave('shop', ['r1', 'never there'])
      await reopen()

      expect(await store().wave('shop')).toEqual([db])
    })
  })

  describe('what holds a target', () => {
    test('is nothing while empty', async () => {
      expect([await store().gateFailures(), await store().massChanges(), await store().approvals()]).toEqual([
        [],
        [],
        [],
      ])
    })

    test('are failures, each counted once, in that order whatever the clock said, with what they bring about', async () => {
      const brake = historyEntry({ kind: 'brake', workload: null })
      const history = historyEntry()
      const other = failure({ target: 'edge', workload: 'edge/container/web', at: at(11) })
      await store().saveRollout(rollout(), { gateFailure: failure(), history, brake: () => brake })
      await store().saveRollout(rollout(), { gateFailure: failure({ at: at(99) }) })
      await store().saveRollout(rollout({ id: 'r2' }), { gateFailure: other })
      await reopen()

      expect(await store().gateFailures()).toEqual([failure(), other])
      expect(await store().history({ limit: 9 })).toEqual([brake, history])
    })

    test('are told with those before and after each, also where two are counted at once', async () => {
      const told: (readonly [number, number])[] = []
      const brake = (earlier: readonly unknown[], all: readonly unknown[]) => {
        told.push([earlier.length, all.length])
        return null
      }

      const ids = ['r1', 'r2', 'r1']
      await Promise.all(ids.map((id) => store().saveRollout(rollout({ id }), { gateFailure: failure(), brake })))

      expect(told.toSorted(([one], [other]) => one - other)).toEqual([
        [0, 1],
        [1, 2],
        [2, 2],
      ])
      expect(await store().history({ limit: 9 })).toEqual([])
    })

    test('are the last hundred failures', async () => {
      for (let second = 0; second < 103; second += 1) {
        await store().saveRollout(rollout({ id: `r${second}` }), { gateFailure: failure({ at: at(second) }) })
      }

      const kept = await store().gateFailures()

      expect([kept.length, kept[0]?.at, kept.at(-1)?.at]).toEqual([100, at(3), at(102)])
    })

    test('is one mass change, told in the history', async () => {
      const history = historyEntry({ kind: 'hold', workload: null })
      await store().setMassChange(massChange({ count: 21 }))
      await store().setMassChange(massChange(), { history })
      await store().setMassChange(massChange({ target: 'edge' }))

      expect(await store().massChanges()).toEqual([massChange({ target: 'edge' }), massChange()])
      expect(await store().history({ limit: 9 })).toEqual([history])

      await store().clearMassChange('edge')
      expect(await store().massChanges()).toEqual([massChange()])
    })

    test('is released with all that held it, for what is approved, and no other target is', async () => {
      const history = historyEntry({ kind: 'release', workload: null, actor: 'ada' })
      const other = failure({ target: 'edge', workload: 'edge/container/web' })
      const elsewhere = approval({ target: 'edge', workload: 'edge/container/web' })
      await store().releaseTarget('edge', [elsewhere])
      await store().releaseTarget('local', [approval({ workload: 'local/container/old' })])
      await store().saveRollout(rollout(), { gateFailure: failure() })
      await store().saveRollout(rollout({ id: 'r2' }), { gateFailure: other })
      await store().setMassChange(massChange())

      await store().releaseTarget('local', [approval(), approval({ workload: 'local/container/api' })], { history })
      await reopen()

      expect(await store().gateFailures()).toEqual([other])
      expect(await store().massChanges()).toEqual([])
      expect(await store().approvals()).toEqual([elsewhere, approval({ workload: 'local/container/api' }), approval()])
      expect(await store().history({ limit: 9 })).toEqual([history])

      await store().clearApproval('local/container/api')
      expect(await store().approvals()).toEqual([elsewhere, approval()])
    })
  })
}
