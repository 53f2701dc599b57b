import { rmSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { PushedImage } from '../services/images.ts'
import { describeWithServices } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'
import { forAll } from './crash-fleet.ts'
import { crashTestLimitMs, startCrashRun } from './crash-run.ts'
import { composeProcesses } from './stage/compose-processes.ts'
import { stageComposedSet, type ComposedSet } from './stage/composed-set.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { startAgain } from './stage/start-again.ts'

/** A set with Compose services in it, and where its rollout is killed. */
interface Victim extends ComposedSet {
  readonly moment: string
  readonly v1: string
  readonly v2: PushedImage
  readonly other: string
}

/** Moments that differ in what the engine shows: of a good version from the end of the old one on, and of one that turns out bad once Compose has made its services again. */
const moments = {
  healthy: ['J4 stop-old after', 'J6 up-dependants before', 'J6 up-dependants after', 'J8 arm-new after'],
  unhealthy: ['R stop-new after', 'R up-old-dependants before', 'R up-old-dependants after'],
} as const

type Behaviour = keyof typeof moments

describeWithServices('a set with Compose services whose rollout is killed', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene()
    const gate = { stable: '300ms', minUptime: '300ms', deadline: '30s' }
    scene.configure({ defaults: { gate, keepOld: '0s' } })
  })
  afterEach(async () => {
    const ids = await scene.docker('ps', '--all', '--quiet')
    if (ids !== '') await scene.docker('rm', '--force', '--volumes', ...ids.split('\n'))
    rmSync(scene.stateFolder, { recursive: true, force: true })
  })
  afterAll(() => scene?.close())

  async function startVictim(moment: string, behaviour: Behaviour): Promise<Victim> {
    const checks = ['--health-interval', '60s', '--health-start-interval', '500ms']
    const set = await stageComposedSet(scene, registry, checks, behaviour === 'healthy' ? '30s' : '300ms')
    const { Image } = await set.provider.inspect()
    const { other } = await set.ids()
    return { ...set, moment, v1: Image, v2: await set.provider.push({ version: 'v2', behaviour }), other }
  }

  /** What is broken, one sentence each. @param allowed versions that it may run, all of it the same */
  async function broken(victims: readonly Victim[], allowed: readonly string[]): Promise<readonly string[]> {
    const names = await scene.containers()
    const found = await forAll(victims, async ({ provider, project, moment, v1, v2, ...set }) => {
      const own = names.filter((each) => {
        return each === provider.name || each.startsWith(`${provider.name}.`) || each.includes(`${project.name}-`)
      })
      const wanted = ['helper', 'mounted', 'other', 'stopped', 'web'].map((each) => `${project.name}-${each}-1`)
      const expected = [provider.name, ...wanted].toSorted()
      if (own.toSorted().join(' ') !== expected.join(' ')) return [`killed at ${moment}: there are ${own.join(' ')}`]
      const wrong: string[] = []
      const running = await provider.inspect()
      const version = running.Image === v2.configDigest ? 'v2' : running.Image === v1 ? 'v1' : 'none'
      if (!allowed.includes(version)) wrong.push(`it runs ${version}`)
      if (running.HostConfig.RestartPolicy.Name !== 'unless-stopped') wrong.push('it is not armed')
      const { web, helper } = await set.answers()
      if (web !== version || helper !== version) wrong.push(`of ${version} they read ${web} and ${helper}`)
      const mounted = await project.instance('mounted')
      if (mounted.State.Status !== 'running') wrong.push(`mounted is ${mounted.State.Status}`)
      if (mounted.Mounts.map((each) => each.Name).join() !== running.Mounts.map((each) => each.Name).join())
        wrong.push('its volumes are others')
      const stopped = await project.instance('stopped')
      if (stopped.State.Running) wrong.push('what was stopped runs')
      if (stopped.HostConfig.NetworkMode !== `container:${running.Id}`) wrong.push('what was stopped means another')
      if ((await set.ids()).other !== set.other) wrong.push('what has nothing to do with it was made anew')
      const left = await project.upByHand('web', 'helper', 'mounted', 'other')
      if (left.length > 0) wrong.push(`\`up\` by hand does ${left.join(', ')}`)
      return wrong.map((each) => `killed at ${moment}: ${each}`)
    })
    return found.flat()
  }

  async function crash(behaviour: Behaviour, at: readonly string[] = moments[behaviour]): Promise<readonly Victim[]> {
    const victims = await forAll(at, (moment) => startVictim(moment, behaviour))
    const crashAt = Object.fromEntries(victims.map(({ provider, moment }) => [provider.name, moment]))
    await startCrashRun(scene, { crashAt }).crash()
    return victims
  }

  test('goes on to the new version, or back to the old one, as one', { timeout: crashTestLimitMs }, async () => {
    const victims = await crash('healthy')

    const first = await scene.run('run', '--once')
    expect(await broken(victims, ['v1', 'v2']), first.stderr).toEqual([])

    const second = await scene.run('run', '--once')
    expect(await broken(victims, ['v2']), second.stderr).toEqual([])
  })

  test('is back as one from every step of the way back', { timeout: crashTestLimitMs }, async () => {
    const victims = await crash('unhealthy')

    const first = await scene.run('run', '--once')

    expect(await broken(victims, ['v1']), first.stderr).toEqual([])
  })

  test('waits for an `up` that outlived it', { timeout: crashTestLimitMs }, async () => {
    const victim = await startVictim('J6 up-dependants, in its middle', 'healthy')
    const run = startCrashRun(scene)
    const isUp = async () => (await composeProcesses(scene.engine.host)).length > 0
    await waitUntil('Compose is at work for it', isUp, { limitMs: 60_000, everyMs: 5 })
    await run.kill()

    const { stderr } = await scene.run('run', '--once')

    expect(await broken([victim], ['v2']), stderr).toEqual([])
    expect(await composeProcesses(scene.engine.host)).toEqual([])
  })

  test.each(['kept', 'lost'])(
    'that only follows one which was started again is whole in the end, its state %s',
    { timeout: crashTestLimitMs },
    async (state) => {
      const steps = ['J4 up before', 'J4 up after']
      const victims = await forAll(steps, async (moment) => {
        const set = await stageComposedSet(scene, registry)
        const written = set.project.read('compose.yaml').toString()
        const labels = 'labels: { longshore.watch: "true" }\n    depends_on:'
        set.project.write('compose.yaml', written.replace('depends_on:', labels))
        await set.project.byHand('up', '--detach', 'web', 'helper')
        await startAgain(scene, set.provider.name)
        return { ...set, moment, other: (await set.ids()).other }
      })
      const crashAt = Object.fromEntries(victims.map(({ project, moment }) => [`${project.name}/web`, moment]))
      await startCrashRun(scene, { crashAt }).crash()
      if (state === 'lost') rmSync(scene.stateFolder, { recursive: true, force: true })

      const { stderr } = await scene.run('run', '--once')

      for (const { project, provider, moment, answers, other, ids } of victims) {
        const { State } = await scene.inspect(provider.name)
        expect(await answers(), `killed at ${moment}, beside one that is ${JSON.stringify(State)}: ${stderr}`).toEqual({
          web: 'v1',
          helper: 'v1',
        })
        expect((await ids()).other).toBe(other)
        expect(await project.upByHand('web', 'helper')).toEqual([])
      }
    },
  )

  test('is whole again from its labels alone, where the state is lost too', { timeout: crashTestLimitMs }, async () => {
    const victims = await crash('healthy', ['J4 stop-old after', 'J6 start-new after', 'J6 up-dependants after'])
    rmSync(scene.stateFolder, { recursive: true, force: true })

    const first = await scene.run('run', '--once')

    expect(await broken(victims, ['v1', 'v2']), first.stderr).toEqual([])
  })
})
