import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { describeWithServices } from '../services/shared.ts'
import { pass } from './stage/answers.ts'
import { stageSet } from './stage/container-set.ts'
import type { OnMoment } from './stage/longshore.ts'
import { at, crash } from './stage/moments.ts'
import { openScene, type Scene } from './stage/scene.ts'

describeWithServices(
  'a set whose old instances somebody removes while the new ones are at their gate',
  ({ registryAddress }) => {
    const registry = { address: registryAddress }
    let scene: Scene
    beforeAll(async () => {
      scene = await openScene()
    })
    afterEach(() => scene.reset())
    afterAll(() => scene?.close())

    test.each([
      ['all of them', false],
      ['all of them, and Longshore is killed in the middle', true],
      ['that of the provider', false],
    ] as const)('goes back as one: %s', async (what, isKilled) => {
      scene.configure({ defaults: { gate: { stable: '500ms', minUptime: '500ms', deadline: '20s' } } })
      const set = await stageSet(scene, registry)
      const { names, provider } = set
      const all = [provider.name, ...Object.values(names)]
      const before = await Promise.all(all.map((name) => scene.inspect(name)))
      await scene.docker('exec', names.volumes, 'sh', '-c', 'echo kept > /shared/file')
      await provider.push({ version: 'v2', behaviour: 'unhealthy' })
      const gone = what === 'that of the provider' ? [provider.name] : all
      const prune = at('after', 'start-dependants', () =>
        scene.docker('rm', ...gone.map((name) => `${name}.longshore-prev`)),
      )
      const kill = at('after', 'copy-old-dependants', crash)
      const disturb: OnMoment = async (moment, running) => {
        await prune(moment, running)
        if (isKilled) await kill(moment, running)
      }

      if (isKilled) await scene.observe(['run', '--once'], disturb).ended
      const { rollouts } = await pass(scene, disturb)

      expect(rollouts).toMatchObject([{ outcome: 'rolled-back', stage: 'ended', code: 'GATE_UNHEALTHY' }])
      expect(await set.answers()).toEqual({ first: 'v1', second: 'v1', linked: 'v1' })
      expect(await scene.docker('exec', names.volumes, 'cat', '/shared/file')).toBe('kept')
      const after = await Promise.all(all.map((name) => scene.inspect(name)))
      const told = (found: typeof before) =>
        found.map(({ Image, Config, HostConfig, Mounts }) => ({
          image: [Image, Config.Image, Config.Env],
          restart: HostConfig.RestartPolicy,
          volumes: Mounts.map(({ Name, Destination }) => `${Name} ${Destination}`).toSorted(),
          links: HostConfig.Links,
        }))
      expect(told(after)).toEqual(told(before))
      const stopped = all.indexOf(names.stopped)
      expect(after.map(({ State }, index) => index === stopped || State.Status)).toEqual(
        after.map((_, index) => index === stopped || 'running'),
      )
      expect(after[stopped]?.State.Running).toBe(false)
      const own = after[0]?.Id
      expect(own).not.toBe(before[0]?.Id)
      for (const name of [names.first, names.second, names.stopped]) {
        expect((await scene.inspect(name)).HostConfig.NetworkMode).toBe(`container:${own}`)
      }
      const left = (await scene.containers()).filter((name) => !all.includes(name))
      expect(left.every((name) => /\.longshore-prev\.[0-9a-f]{12}$/.test(name))).toBe(true)
      expect(left).toHaveLength(what === 'that of the provider' ? Object.keys(names).length : 0)

      // And the next good one takes all that along, but for what is left stopped, whose new instance proves nothing.
      const unproven = left.filter((name) => name.startsWith(names.stopped))
      scene.configure({ defaults: { gate: { stable: '500ms', minUptime: '500ms', deadline: '20s' }, keepOld: '0s' } })
      await provider.push({ version: 'v3' })
      expect((await pass(scene)).rollouts).toMatchObject([{ outcome: 'succeeded' }])
      expect(await set.answers()).toEqual({ first: 'v3', second: 'v3', linked: 'v3' })
      await pass(scene)
      expect(await scene.containers()).toEqual([...all, ...unproven].toSorted())
    })
  },
)
