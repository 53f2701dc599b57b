import { afterAll, beforeAll, expect, test } from 'vitest'
import { isComposeEffect, effectKinds } from '../../src/rollout/rollout.ts'
import { describeWithServices } from '../services/shared.ts'
import {
  brokenLater,
  brokenNow,
  startComposeMember,
  undoneByHand,
  type ComposeCrashCase,
  type ComposeVictim,
} from './compose-crash-fleet.ts'
import { forAll } from './crash-fleet.ts'
import { startCrashRun } from './crash-run.ts'
import { say, someone } from './stage/compose-fleet.ts'
import { openScene, type Scene } from './stage/scene.ts'

const cases: readonly ComposeCrashCase[] = [
  { order: 'stop-first', behaviour: 'healthy', isNewTag: true },
  { order: 'stop-first', behaviour: 'exits', isNewTag: true },
  { order: 'start-first', behaviour: 'healthy', isNewTag: false },
  { order: 'start-first', behaviour: 'exits', isNewTag: false },
]

describeWithServices('kill -9 at every moment of the journal of a Compose rollout', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  let victims: readonly ComposeVictim[] = []
  let seen: ReadonlySet<string | undefined> = new Set()

  beforeAll(async () => {
    scene = await openScene()
    scene.configure({ defaults: { gate: { minUptime: '300ms' } } })
    const members = await forAll(cases, (each) => startComposeMember(scene, registry, each))
    await askForTags(members)
    const reached = await startCrashRun(scene).ended()
    const moments = members.map(({ name }) => reached.get(name) ?? [])
    seen = new Set(moments.flat().map((moment) => moment.split(' ')[1]))
    for (const { project } of members) await project.byHand('down', '--timeout', '0')
    process.stdout.write(`kills: ${ownMoments(moments).length}\n`)
    victims = await forAll(ownMoments(moments), async ([crashCase, moment]) => {
      return { ...(await startComposeMember(scene, registry, crashCase)), moment }
    })
    await askForTags(victims)
  })
  afterAll(() => scene?.close())

  const askForTags = (members: readonly Pick<ComposeVictim, 'project' | 'isNewTag'>[]) =>
    say(scene, async ({ deploy }) => {
      for (const { project, isNewTag } of members) if (isNewTag) await deploy(project.workload().id, 'v2', someone)
    })

  /**
   * Each moment of each case. What an earlier case went through in the same way is left out: a version that ends comes
   * as a good one does, and until the first container is made the order is the same.
   */
  function ownMoments(moments: readonly (readonly string[])[]): readonly (readonly [ComposeCrashCase, string])[] {
    return cases.flatMap((crashCase, at) => {
      const own = moments[at] ?? []
      const shared = cases.slice(0, at).map((other, index) => {
        if (other.order === crashCase.order) return own.findIndex((each, i) => each !== moments[index]?.[i])
        return own.findIndex((each) => each.startsWith('J4'))
      })
      return own.slice(Math.max(0, ...shared)).map((moment) => [crashCase, moment] as const)
    })
  }

  test('leaves no effect out', () => {
    const unseen = effectKinds.filter((each) => isComposeEffect(each) && !seen.has(each))

    expect(unseen).toEqual([])
  })

  test('container, file and tag are of one version afterwards, and `up` by hand has nothing to do', async () => {
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
  })
})
