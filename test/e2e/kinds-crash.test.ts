import { rmSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { PushedImage } from '../services/images.ts'
import { describeWithServices } from '../services/shared.ts'
import { forAll } from './crash-fleet.ts'
import { crashTestLimitMs, startCrashRun } from './crash-run.ts'
import { pass, status } from './stage/answers.ts'
import { outlastsEnds } from './stage/gates.ts'
import { at, crash } from './stage/moments.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload, type StagedWorkload } from './stage/workload.ts'

/** A kind of container and how its new version behaves. */
interface KindCase {
  readonly kind: 'update' | 'start' | '--rm'
  readonly behaviour: 'healthy' | 'exits'
  /** Moments that rollouts of other kinds do not have, or mean otherwise. */
  readonly moments: readonly string[]
}

const both = (moment: string): readonly string[] => [`${moment} before`, `${moment} after`]

const cases: readonly KindCase[] = [
  { kind: 'update', behaviour: 'healthy', moments: [...both('J5 rename-old'), ...both('J5 rename-new'), 'J7 change before', 'J8 remove-old before'] },
  { kind: 'start', behaviour: 'healthy', moments: ['J5 rename-new after', ...both('J6 start-new')] },
  { kind: 'start', behaviour: 'exits', moments: ['J6 start-new after', ...both('R rename-old-back')] },
  { kind: '--rm', behaviour: 'healthy', moments: [...both('J3 copy-old'), 'J3 create after', ...both('J4 stop-old'), 'J5 rename-new after', ...both('J6 start-new'), 'J7 change before', ...both('J8 remove-copy')] },
  { kind: '--rm', behaviour: 'exits', moments: ['J6 start-new after', ...both('R rename-old-back'), ...both('R start-old')] },
] // prettier-ignore

interface Victim extends KindCase {
  readonly web: StagedWorkload
  readonly v1: PushedImage
  readonly v2: PushedImage
}

describeWithServices('kill -9 in the middle of an unusual rollout', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene()
  })
  afterEach(() => scene.reset())
  afterAll(() => scene?.close())

  const settle = () =>
    scene.configure({
      defaults: { gate: { stable: '300ms', minUptime: outlastsEnds, deadline: '30s' }, keepOld: '0s' },
    })

  async function stage(kindCase: KindCase): Promise<Victim> {
    const { kind, behaviour } = kindCase
    const web = stageWorkload(scene, registry, 'victim')
    const v1 = await web.push({ version: 'v1', healthcheck: false })
    const label = kind === '--rm' ? 'longshore.auto-remove=recreate' : `longshore.stopped=${kind}`
    await web.start('--label', label, ...(kind === '--rm' ? ['--rm'] : []))
    if (kind !== '--rm') await scene.docker('stop', '--time', '0', web.name)
    const v2 = await web.push({ version: 'v2', healthcheck: false, behaviour })
    return { ...kindCase, web, v1, v2 }
  }

  async function broken({ web, kind, behaviour, v1, v2 }: Victim): Promise<readonly string[]> {
    const own = (await scene.containers()).filter((name) => name.split('.longshore-')[0] === web.name)
    if (own.join() !== web.name) return [`${web.name}: there is ${own.join(', ') || 'nothing'}`]
    const { Image, State, HostConfig } = await web.inspect()
    const isGood = behaviour === 'healthy'
    const stopped = kind === 'update' ? 'created' : 'running'
    const expected = {
      image: isGood ? v2.configDigest : v1.configDigest,
      status: isGood ? stopped : kind === '--rm' ? 'running' : 'exited',
      removesItself: kind === '--rm',
    }
    const found = { image: Image, status: State.Status, removesItself: HostConfig.AutoRemove === true }
    return JSON.stringify(found) === JSON.stringify(expected)
      ? []
      : [`${web.name}: ${JSON.stringify(found)} in place of ${JSON.stringify(expected)}`]
  }

  test('is survived at every moment that is its own', { timeout: crashTestLimitMs }, async () => {
    settle()
    const each = cases.flatMap((one) => one.moments.map((moment) => ({ one, moment })))
    const victims = await forAll(each, async ({ one, moment }) => ({ ...(await stage(one)), moment }))
    const crashAt = Object.fromEntries(victims.map(({ web, moment }) => [web.name, moment]))

    await startCrashRun(scene, { crashAt }).crash()
    await pass(scene)
    await pass(scene)

    const found = await forAll(victims, async (victim) =>
      (await broken(victim)).map((sentence) => `${victim.kind}, ${victim.behaviour}, at ${victim.moment}: ${sentence}`),
    )
    expect(found.flat()).toEqual([])
  })

  test.each(['stop-old', 'start-new'] as const)(
    'of one that removes itself is survived after %s with the state lost too',
    async (effect) => {
      settle()
      const victim = await stage({ kind: '--rm', behaviour: 'healthy', moments: [] })
      const killed = await scene.observe(['run', '--once'], at('after', effect, crash)).ended
      expect(killed.signal).toBe('SIGKILL')
      rmSync(scene.stateFolder, { recursive: true, force: true })

      await pass(scene)

      expect((await status(scene)).hold).toMatchObject({ code: 'STATE_LOST' })
      const { Image, State } = await victim.web.inspect()
      expect(State.Status).toBe('running')
      expect(Image).toBe(effect === 'start-new' ? victim.v2.configDigest : victim.v1.configDigest)
      expect(await scene.containers()).toEqual([victim.web.name])
    },
  )
})
