import { expect, test } from 'vitest'
import { effectKinds, isComposeEffect, isReplaceEffect } from '../../src/rollout/rollout.ts'
import type { TargetChange } from '../../src/targets/target.ts'
import { waitUntil } from '../services/wait.ts'
import { signal, type Kit } from './target-harness.ts'

/** What an endpoint that is away, and one that refuses, have a target promise. */
export function endpointPromises(kit: Kit): void {
  const { find } = kit

  test('an endpoint that does not answer is unavailable, and waited for as long as we are told', async () => {
    const { harness, standing } = kit
    const { rollout, workload } = standing
    const unavailable = { code: 'TARGET_UNAVAILABLE' }
    const { unreachable } = harness

    await expect(unreachable.listWorkloads(signal)).rejects.toMatchObject(unavailable)
    await expect(unreachable.observe(rollout, signal)).rejects.toMatchObject(unavailable)
    await expect(unreachable.apply(rollout, 'pull', { signal })).rejects.toMatchObject(unavailable)
    await expect(unreachable.capture(rollout, signal)).rejects.toMatchObject(unavailable)
    await expect(unreachable.findRollouts(signal)).rejects.toMatchObject(unavailable)
    await expect(unreachable.readLogTail(workload.instance, signal)).rejects.toMatchObject(unavailable)
    if (unreachable.ping) await expect(unreachable.ping(signal)).rejects.toMatchObject(unavailable)
    const soon = AbortSignal.timeout(100)
    await expect(unreachable.waitUntilAvailable(soon)).rejects.toMatchObject({ code: 'ABORTED' })
  })

  test('what cannot be done is told by whose turn it is', async () => {
    const { target, standing } = kit
    await target.ping?.(signal)
    const { name, rollout } = standing
    const missing = { ...rollout, repository: `${rollout.repository}-missing` }
    const isOwn = target.procedure === 'compose' ? isComposeEffect : isReplaceEffect
    const foreign = effectKinds.filter((each) => !isOwn(each))

    await expect(target.apply(missing, 'pull', { signal })).rejects.toMatchObject({ code: 'TARGET_PULL_FAILED' })
    await expect(target.readLogTail('f'.repeat(64), signal)).rejects.toMatchObject({ code: 'TARGET_NOT_FOUND' })
    for (const each of foreign) {
      await expect(target.apply(rollout, each, { signal })).rejects.toMatchObject({ code: 'INTERNAL' })
    }
    expect((await find(name)).isRunning).toBe(true)
  })

  test('a signal that has fired keeps an effect from beginning', async () => {
    const { harness, target, standing } = kit
    const { rollout } = standing
    const before = await harness.look()

    await expect(target.apply(rollout, 'pull', { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORTED',
    })

    expect(await harness.look()).toEqual(before)
  })

  test('changes are told, and after a break that everything is to be looked at', async () => {
    const { harness, target, standing } = kit
    if (target.watch === undefined) return
    const { name, from, workload } = standing
    const stop = new AbortController()
    const changes: TargetChange[] = []
    const watching = target.watch((change) => changes.push(change), stop.signal)
    const isTold = () => changes.some((each) => each.kind === 'changed' && each.workload === workload.id)

    // What happened before the stream is open need not be told.
    await waitUntil('a change is told', async () => {
      await harness.run(name, from.reference)
      return isTold()
    })
    expect(changes.filter(({ kind: what }) => what === 'resync')).toEqual([])

    await harness.goAway()
    const waiting = target.waitUntilAvailable(AbortSignal.timeout(50_000))
    await harness.comeBack()
    await waiting
    await waitUntil('a resync is told', () => changes.some(({ kind: what }) => what === 'resync'))
    changes.length = 0
    await waitUntil('a change is told again', async () => {
      await harness.run(name, from.reference)
      return isTold()
    })

    stop.abort()
    await watching
  })
}
