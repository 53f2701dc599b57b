import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWithServices } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'
import {
  askForTags,
  brokenLater,
  brokenNow,
  startComposeMember,
  undoneByHand,
  type ComposeCrashCase,
  type ComposeMember,
  type ComposeVictim,
} from './compose-crash-fleet.ts'
import { forAll } from './crash-fleet.ts'
import { crashTestLimitMs, startCrashRun } from './crash-run.ts'
import { outlastsEnds } from './stage/gates.ts'
import { openScene, type Scene } from './stage/scene.ts'

const order = 'stop-first'

const cases: readonly ComposeCrashCase[] = [
  { shape: 'scaled', order, behaviour: 'healthy', isNewTag: true },
  { shape: 'scaled', order, behaviour: 'second-ends', isNewTag: true },
  { shape: 'scaled-with-volumes', order, behaviour: 'healthy', isNewTag: false },
  { shape: 'scaled-with-volumes', order, behaviour: 'exits', isNewTag: false },
  { shape: 'followed', order, behaviour: 'healthy', isNewTag: false },
  { shape: 'followed', order, behaviour: 'exits', isNewTag: false },
]

/** The second new instance has just been brought up. */
const turningPoint = 'J4 add after #2'

describeWithServices('kill -9 in a rollout of several instances, or of what others live in', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  let victims: readonly ComposeVictim[] = []

  beforeAll(async () => {
    scene = await openScene()
    scene.configure({ defaults: { gate: { minUptime: outlastsEnds } } })
    const members = await forAll(cases, (each) => startComposeMember(scene, registry, each))
    await askForTags(scene, members)
    const reached = await startCrashRun(scene, { meanwhile: interventions(members) }).ended()
    const moments = members.map(({ name }) => reached.get(name) ?? [])
    await forAll(members, ({ project }) => project.byHand('down', '--timeout', '0', '--volumes'))
    victims = await forAll(ownMoments(moments), async ([crashCase, moment]) => {
      return { ...(await startComposeMember(scene, registry, crashCase)), moment }
    })
    await askForTags(scene, victims)
  })
  afterAll(() => scene?.close())

  /** Ends the second new instance of those that are to fail there, as a crash of its program does. */
  function interventions(members: readonly ComposeMember[]) {
    const failing = members.filter(({ behaviour }) => behaviour === 'second-ends')
    return Object.fromEntries(
      failing.map(({ name, project, v2 }) => {
        const act = async () => {
          const news = (await project.instances()).filter(({ Image }) => Image === v2.configDigest)
          const second = news.toSorted((a, b) => a.Created.localeCompare(b.Created)).at(-1)
          process.kill(second?.State.Pid ?? 0, 'SIGKILL')
          await waitUntil('it has ended', async () => {
            return (await project.instances()).some(({ Id, State }) => Id === second?.Id && !State.Running)
          })
        }
        return [name, { moment: turningPoint, act }]
      }),
    )
  }

  /**
   * The moments at which each case is killed. Left out is what others stand for: until the first container is touched
   * and once the gate has passed, one service is as another, and `compose-crash.test.ts` goes through that; a version
   * that fails has come as a good one does, and on the way back only what Compose does differs from one service to
   * another; the second of three instances goes as the first and the last.
   */
  function ownMoments(moments: readonly (readonly string[])[]): readonly (readonly [ComposeCrashCase, string])[] {
    return cases.flatMap((crashCase, at) => {
      const own = moments[at] ?? []
      const isGood = crashCase.behaviour === 'healthy'
      const isOwn = isGood
        ? (moment: string) => /^J[456] /.test(moment) && !moment.startsWith('J4 change') && !moment.endsWith('#2')
        : (moment: string) => /^R (change before|up-old (before|after))$/.test(moment)
      return own.filter(isOwn).map((moment) => [crashCase, moment] as const)
    })
  }

  test('leaves none of them out', () => {
    const killed = cases.map((crashCase) =>
      victims.filter(({ shape, behaviour }) => shape === crashCase.shape && behaviour === crashCase.behaviour),
    )

    expect(killed.map((each) => each.length)).toEqual([10, 3, 4, 3, 3, 3])
  })

  test(
    'all instances and what lives in them are of one version afterwards, and `up` by hand has nothing to do',
    { timeout: crashTestLimitMs },
    async () => {
      const crashAt = Object.fromEntries(victims.map(({ name, moment }) => [name, moment]))
      await startCrashRun(scene, { crashAt, meanwhile: interventions(victims) }).crash()
      expect(await brokenNow(scene, victims)).toEqual([])

      const good = victims.filter(({ behaviour }) => behaviour === 'healthy')
      const bad = victims.filter(({ behaviour }) => behaviour !== 'healthy')
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
