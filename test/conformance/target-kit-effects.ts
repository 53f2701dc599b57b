import { expect, test } from 'vitest'
import type { Workload } from '../../src/targets/target.ts'
import { planMove, signal, type Kit } from './target-harness.ts'

/** What acting on a target promises. */
export function effectPromises(kit: Kit): void {
  const { find, stage, bring, capture } = kit

  test.each(['stop-first', 'start-first'] as const)(
    '%s: each effect done twice is done once, there and back again',
    async (order) => {
      const { harness, target } = kit
      const way = harness.ways.find((each) => each.order === order)
      if (way === undefined) return
      const { name, from, to } = await stage(order)
      await harness.run(name, from.reference, { 'longshore.policy': 'digest' })
      const workload = await find(name)
      const rollout = await planMove(target, workload, to, order)
      const files = await harness.files(name)
      const snapshot = await capture(rollout)

      await bring(rollout, way.there)
      const there = await find(name)
      await bring(rollout, way.back, snapshot)
      const back = await find(name)

      expect(there).toMatchObject({ id: workload.id, imageId: to.configDigest, isRunning: true, leftAlone: null })
      expect(there.image).toBe(rollout.image)
      expect(back).toMatchObject({
        id: workload.id,
        image: workload.image,
        imageId: workload.imageId,
        isRunning: true,
        scale: 1,
        restart: workload.restart,
        leftAlone: null,
      })
      expect(ownersLabels(back)).toEqual(ownersLabels(workload))
      expect(await harness.files(name)).toEqual(files)
    },
  )

  test('a look tells what an effect left', async () => {
    const { target } = kit
    const { rollout, to } = await stage()
    const facts = () => target.observe(rollout, signal)
    expect(await facts()).toMatchObject({ candidateImage: null, tagImage: null, isProtected: false })

    await bring(rollout, ['pull', 'protect'])

    expect(await facts()).toMatchObject({ candidateImage: to.configDigest, isProtected: true })
  })

  test('a rollout is found by what it left, and only where it was', async () => {
    const { harness, target, standing } = kit
    const { rollout } = await stage()
    const other = standing
    const found = async () => (await target.findRollouts(signal)).map(({ workload }) => workload)
    expect(await found()).not.toContain(rollout.workload)

    await bring(rollout, harness.traces)

    expect((await found()).filter((each) => each === rollout.workload)).toEqual([rollout.workload])
    expect(await found()).not.toContain(other.workload.id)
  })

  test('an image that anything uses is never removed, and goes when nothing does', async () => {
    const { harness, target, standing } = kit
    const { name, from, rollout } = await stage()
    const { workload, repository, fromImage } = rollout
    const prune = () => target.prune?.({ workload, repository, digest: from.digest, image: fromImage }, signal)
    if (target.prune === undefined) return
    await bring(rollout, ['pull', 'protect'])
    expect([await prune(), await harness.hasImage(fromImage)]).toEqual([false, true])

    await harness.useElsewhere(`${name}-other`, from.reference)
    await bring(rollout, harness.ways[0]?.there ?? [])
    expect([await prune(), await harness.hasImage(fromImage)]).toEqual([false, true])

    const its = { workload: standing.rollout.workload, repository: 'of-another', digest: null, image: fromImage }
    expect([await target.prune(its, signal), await harness.hasImage(fromImage)]).toEqual([false, true])
    await harness.clear(name)
    await harness.clear(`${name}-other`)
    await harness.untag(from.reference)
    expect([await prune(), await harness.hasImage(fromImage)]).toEqual([true, false])
  })
}

/** Others may belong to what carries the rollout out. */
const ownersLabels = ({ labels }: Workload) => Object.entries(labels).filter(([key]) => key.startsWith('longshore.'))
