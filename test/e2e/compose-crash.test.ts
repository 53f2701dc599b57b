import { afterAll, beforeAll, expect, test } from 'vitest'
import { isComposeEffect, effectKinds } from '../../src/rollout/rollout.ts'
import { describeWithServices } from '../services/shared.ts'
import {
  askForTags,
  brokenLater,
  brokenNow,
  startComposeMember,
  undoneByHand,
  type ComposeCrashCase,
  type ComposeVictim,
} from './compose-crash-fleet.ts'
import { forAll } from './crash-fleet.ts'
import { crashTestLimitMs, startCrashRun } from './crash-run.ts'
import { outlastsEnds } from './stage/gates.ts'
import { openScene, type Scene } from './stage/scene.ts'

const cases: readonly ComposeCrashCase[] = [
  { shape: 'single', order: 'stop-first', behaviour: 'healthy', isNewTag: true },
  { shape: 'single', order: 'stop-first', behaviour: 'exits', isNewTag: true },
  { shape: 'single', order: 'start-first', behaviour: 'healthy', isNewTag: false },
  { shape: 'single', order: 'start-first', behaviour: 'exits', isNewTag: false },
]

describeWithServices('kill -9 at every moment of the journal of a Compose rollout', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  let victims: readonly ComposeVictim[] = []
  let seen: ReadonlySet<string | undefined> = new Set()

  beforeAll(async () => {
    scene = await openScene()
    scene.configure({ defaults: { gate: { minUptime: outlastsEnds } } })
    const members = await forAll(cases, (each) => startComposeMember(scene, registry, each))
    await askForTags(scene, members)
    const reached = await startCrashRun(scene).ended()
    const moments = members.map(({ name }) => reached.get(name) ?? [])
    seen = new Set(moments.flat().map((moment) => moment.split(' ')[1]))
    for (const { project } of members) await project.byHand('down', '--timeout', '0')
    victims = await forAll(ownMoments(moments), async ([crashCase, moment]) => {
      return { ...(await startComposeMember(scene, registry, crashCase)), moment }
    })
    await askForTags(scene, victims)
  })
  afterAll(() => scene?.close())

  /**
   * Each moment of each case. What an earlier case went through in the same way is left out: a version that ends comes
   * as a good one does, and until the first container is made the order is the same. So is the moment after an effect
   * that leaves what runs alone: the one before the next effect finds everything just so.
   */
  function ownMoments(moments: readonly (readonly string[])[]): readonly (readonly [ComposeCrashCase, string])[] {
    return cases.flatMap((crashCase, at) => {
      const own = moments[at] ?? []
      const shared = cases.slice(0, at).map((other, index) => {
        if (other.order === crashCase.order) return own.findIndex((each, i) => each !== moments[index]?.[i])
        return own.findIndex((each) => each.startsWith('J4'))
      })
      const isOwn = (moment: string) => !/^J[123] .* after/.test(moment)
      return own
        .slice(Math.max(0, ...shared))
        .filter(isOwn)
        .map((moment) => [crashCase, moment] as const)
    })
  }

  test('leaves no effect out', () => {
    const unseen = effectKinds.filter((each) => isComposeEffect(each) && !seen.has(each))

    expect(unseen).toEqual([])
  })

  test(
    'container, file and tag are of one version afterwards, and `up` by hand has nothing to do',
    { timeout: crashTestLimitMs },
    async () => {
      expect(victims.length).toBeGreaterThan(30)
      const crashAt = Object.fromEntries(victims.map(({ name, moment }) => [name, moment]))
      await startCrashRun(scene, { crashAt }).crash()
      expect(await brokenNow(scene, victims)).toEqual([])

      const good = victims.filter(({ behaviour }) => behaviour === 'healthy')
      const bad = victims.filter(({ behaviour }) => behaviour === 'exits')
      const first = await scene.run('run', '--once')
      expect(await brokenLater(scene, good, ['v1', 'v2']), first.stderr).toEqual([])
      expect(await brokenLater(scene, bad, ['v1']), first.stderr).toEqual([])

      const second = await scene.run('run', '--once')
      expect(await brokenLater(scene, good, ['v2']), second.stderr).toEqual([])
      expect(await brokenLater(scene, bad, ['v1']), second.stderr).toEqual([])
      expect(await undoneByHand(victims)).toEqual([])
    },
  )
})
