import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { effectKinds, isReplaceEffect } from '../../src/rollout/rollout.ts'
import { pushImage } from '../services/images.ts'
import { describeWithServices } from '../services/shared.ts'
import type { CrashCase } from './crash-fleet.ts'
import { forAll, interventions, networkName, ownMoments, startMember } from './crash-fleet.ts'
import { brokenAfterwards, brokenAtOnce, lookAround, outsiderName, type Victim } from './crash-promises.ts'
import { crashTestLimitMs, startCrashRun } from './crash-run.ts'
import { openScene, type Scene } from './stage/scene.ts'

const cases: readonly CrashCase[] = [
  { order: 'stop-first', behaviour: 'healthy' },
  { order: 'stop-first', behaviour: 'unhealthy' },
  { order: 'stop-first', behaviour: 'exits' },
  { order: 'start-first', behaviour: 'healthy' },
  { order: 'start-first', behaviour: 'unhealthy' },
  { order: 'start-first', behaviour: 'exits' },
  { order: 'start-first', behaviour: 'turns-unhealthy' },
]

describeWithServices('kill -9 at every moment of the journal, then a restart', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  /** The moments of each case, in order, as a rehearsal went through them. */
  let rehearsed: ReadonlyMap<CrashCase, readonly string[]>

  beforeAll(async () => {
    scene = await openScene()
    const gate = { stable: '300ms', minUptime: '300ms', deadline: '30s' }
    scene.configure({ defaults: { gate, keepOld: '0s' } })
    await startBystanders()
    const members = await forAll(cases, (each) => startMember(scene, registry, each))
    const reached = await startCrashRun(scene, { meanwhile: interventions(scene, members) }).ended()
    rehearsed = new Map(cases.map((each, at) => [each, reached.get(members[at]?.name ?? '') ?? []]))
    await removeWorkloads()
  })

  afterEach(() => removeWorkloads())

  afterAll(() => scene?.close())

  test('leaves no effect out', () => {
    const seen = new Set([...rehearsed.values()].flat().map((moment) => moment.split(' ')[1]))

    // Those on dependants and on copies have their own kills in sets-crash.test.ts and kinds-crash.test.ts, hooks in hooks.test.ts.
    const elsewhere = /dependants|restart-old|copy|hook/
    const own = effectKinds.filter(isReplaceEffect).filter((each) => !elsewhere.test(each))
    expect(own.filter((each) => !seen.has(each))).toEqual(['connect-old'])
  })

  test.each(cases)('$order, $behaviour', { timeout: crashTestLimitMs }, async (crashCase) => {
    const moments = rehearsed.get(crashCase) ?? []
    const victims: readonly Victim[] = await forAll(ownMoments(crashCase, rehearsed), async (moment) => {
      return { ...(await startMember(scene, registry, crashCase)), moments, moment }
    })
    expect(victims).not.toEqual([])
    const around = await lookAround(scene, victims)

    const crashAt = Object.fromEntries(victims.map(({ name, moment }) => [name, moment]))
    await startCrashRun(scene, { crashAt, meanwhile: interventions(scene, victims) }).crash()
    expect(await brokenAtOnce(scene, victims)).toEqual([])

    const first = await scene.run('run', '--once')
    const isGood = crashCase.behaviour === 'healthy'
    expect(await brokenAfterwards(scene, victims, isGood ? ['v1', 'v2'] : ['v1']), first.stderr).toEqual([])

    const second = await scene.run('run', '--once')
    expect(await brokenAfterwards(scene, victims, isGood ? ['v2'] : ['v1']), second.stderr).toEqual([])
    expect(second.code, second.stderr).toBe(0)
    expect(await lookAround(scene, victims)).toEqual(around)
  })

  async function startBystanders(): Promise<void> {
    const { reference } = await pushImage(registry, { repository: 'keepsake', version: 'v0' })
    await scene.docker('network', 'create', networkName)
    await scene.docker('pull', '--quiet', reference)
    await scene.docker('tag', reference, 'keepsake:old')
    const run = (name: string, ...options: string[]) =>
      scene.docker('run', '--detach', '--name', name, '--no-healthcheck', ...options, reference)
    await run(outsiderName, '--network', networkName)
    // Looks like something of ours by its name alone.
    await run('stranger.longshore-prev', '--volume', '/data')
    await scene.docker('stop', 'stranger.longshore-prev')
    await scene.docker('volume', 'create', 'keepsake')
  }

  async function removeWorkloads(): Promise<void> {
    const ids = await scene.docker('ps', '--all', '--quiet', '--filter', 'label=longshore.watch=true')
    if (ids !== '') await scene.docker('rm', '--force', '--volumes', ...ids.split('\n'))
  }
})
