import { expect, test } from 'vitest'
import type { KitStore } from './store-place.ts'
import { at, endedRollout, historyEntry, reason, rollout, workload } from './store-rows.ts'

/** The part of `storeKit` about transactions, and about what is there when the state is opened again. */
export function transactionPromises({ store, reopen }: KitStore): void {
  test('is new while nothing was written, however often it was opened', async () => {
    expect(store().isNew).toBe(true)

    await reopen()

    expect(store().isNew).toBe(true)
  })

  test('is not new once anything was written, also when that was deleted again', async () => {
    await store().saveWorkload(workload())
    await store().deleteWorkload(workload().id)

    await reopen()

    expect(store().isNew).toBe(false)
  })

  test('gives back after opening again what was written before', async () => {
    const hold = { reason, since: at(1) }
    await store().setHold(hold)
    await store().saveRollout(endedRollout, { history: historyEntry() })

    await reopen()

    expect(await store().hold()).toEqual(hold)
    expect(await store().rollout(endedRollout.id)).toEqual(endedRollout)
    expect(await store().history({ limit: 10 })).toEqual([historyEntry()])
  })

  test('writes nothing of a rollout when something that goes with it cannot be written', async () => {
    const journal = { rollout: 'not there', step: 'J1', effect: 'pull', at: at(11) } as const

    const saving = store().saveRollout(rollout(), { history: historyEntry(), journal })

    await expect(saving).rejects.toThrow()
    expect(await store().rollout('r1')).toBeNull()
    expect(await store().history({ limit: 10 })).toEqual([])
    await reopen()
    expect(store().isNew).toBe(true)
  })

  test('takes many calls at once without mixing their transactions up', async () => {
    const ids = Array.from({ length: 50 }, (_, index) => `r${String(index).padStart(2, '0')}`)
    const journal = { rollout: 'not there', step: 'J0', effect: 'pull', at: at(1) } as const

    const refused = expect(store().saveRollout(rollout({ id: 'refused' }), { journal })).rejects.toThrow()
    const saved = ids.map((id) => store().saveRollout(rollout({ id }), { journal: { ...journal, rollout: id } }))

    await Promise.all([refused, ...saved])
    expect((await store().openRollouts()).map((one) => one.id)).toEqual(ids)
  })
}
