import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { EffectKind } from '../../src/rollout/rollout.ts'
import { startOlderEngine } from '../services/older-engine.ts'
import { describeWithServices, uniqueName } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'
import type { PassAnswer, StatusAnswer } from './stage/answers.ts'
import { waitsForEnds } from './stage/gates.ts'
import { at, crash } from './stage/moments.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload } from './stage/workload.ts'

describeWithServices('an engine of API 1.41', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene({}, startOlderEngine)
    expect(scene.engine.apiVersion).toBe('1.41')
  })
  afterEach(() => scene.reset())
  afterAll(() => scene?.close())

  const pass = async (): Promise<PassAnswer> =>
    JSON.parse((await scene.run('run', '--once', '--output', 'json')).stdout)

  /** On two networks, under an alias on each. */
  async function startOnNetworks(restart = 'always') {
    const web = stageWorkload(scene, registry)
    const [one, two] = [uniqueName('one'), uniqueName('two')]
    for (const network of [one, two]) await scene.docker('network', 'create', network)
    await web.push({ version: 'v1' })
    await web.start('--restart', restart, '--network', one, '--network-alias', 'front')
    await scene.docker('network', 'connect', '--alias', 'back', two, web.name)
    await waitUntil('version 1 is healthy', async () => (await web.inspect()).State.Health?.Status === 'healthy')
    return { web, one, two }
  }

  async function startPlain(...options: string[]) {
    const web = stageWorkload(scene, registry)
    await web.push({ version: 'v1', healthcheck: false })
    await web.start('--restart', 'unless-stopped', '--volume', '/data', ...options)
    return web
  }

  const versionAt = (network: string, name: string, image: string) =>
    scene.docker(
      'run',
      '--rm',
      '--network',
      network,
      '--entrypoint',
      'wget',
      image,
      '-q',
      '-O',
      '-',
      `http://${name}:8080/`,
    )

  test('is told as what it is, and replaced on', async () => {
    const web = await startPlain()
    const { configDigest } = await web.push({ version: 'v2', healthcheck: false })

    expect((await pass()).rollouts).toMatchObject([{ outcome: 'succeeded', order: 'stop-first' }])

    expect(await web.inspect()).toMatchObject({
      Image: configDigest,
      HostConfig: { RestartPolicy: { Name: 'unless-stopped' } },
      State: { Status: 'running' },
    })
    const status: StatusAnswer = JSON.parse((await scene.run('status', '--output', 'json')).stdout)
    expect(status.engines).toEqual([
      { target: 'local', engine: expect.stringMatching(/^Docker 20\.10\.\S+ \(API 1\.41\)$/), limits: [] },
    ])
  })

  test('gets the old version back when the new one is bad', async () => {
    const web = await startPlain(...waitsForEnds)
    const before = await web.inspect()
    await web.push({ version: 'v2', behaviour: 'exits', healthcheck: false })

    expect((await pass()).rollouts).toMatchObject([{ outcome: 'rolled-back' }])

    expect(await scene.containers()).toEqual([web.name])
    expect(await web.inspect()).toMatchObject({ Id: before.Id, State: { Status: 'running' } })
  })

  test('moves names and aliases on every network without a gap', async () => {
    const { web, one, two } = await startOnNetworks()
    await web.push({ version: 'v2' })

    expect((await pass()).rollouts).toMatchObject([{ outcome: 'succeeded', order: 'start-first', gapMs: 0 }])

    const { NetworkSettings } = await web.inspect()
    expect(NetworkSettings.Networks[one]?.Aliases).toEqual(expect.arrayContaining(['front', web.name]))
    expect(NetworkSettings.Networks[two]?.Aliases).toEqual(expect.arrayContaining(['back', web.name]))
    expect(await versionAt(one, 'front', web.image)).toBe('v2')
    expect(await versionAt(two, 'back', web.image)).toBe('v2')
    expect(await versionAt(two, web.name, web.image)).toBe('v2')
  })

  test('gets names and aliases back when the new version goes bad while it answers to them too', async () => {
    const { web, one, two } = await startOnNetworks('no')
    const before = await web.inspect()
    await web.push({ version: 'v2' })
    const kill = () => scene.docker('kill', `${web.name}.longshore-next`)

    const { stdout } = await scene.observe(['run', '--once', '--output', 'json'], at('after', 'connect-new', kill))
      .ended

    expect((JSON.parse(stdout) as PassAnswer).rollouts).toMatchObject([{ outcome: 'rolled-back', code: 'GATE_EXITED' }])
    expect(await web.inspect()).toMatchObject({ Id: before.Id, State: { Status: 'running' } })
    expect(await versionAt(one, 'front', web.image)).toBe('v1')
    expect(await versionAt(two, 'back', web.image)).toBe('v1')
  })

  describe('loses nothing when longshore is killed', () => {
    const passAgain = async (name: string) => {
      for (let tries = 0; tries < 2; tries += 1) await pass()
      expect((await scene.containers()).filter((each) => each === `${name}.longshore-next`)).toEqual([])
    }

    test.each<['before' | 'after', EffectKind]>([
      ['after', 'stop-old'],
      ['before', 'rename-new'],
      ['after', 'start-new'],
    ])('stop-first, %s %s', async (phase, effect) => {
      const web = await startPlain()
      const { configDigest } = await web.push({ version: 'v2', healthcheck: false })

      await scene.observe(['run', '--once'], at(phase, effect, crash)).ended.catch(() => undefined)
      await passAgain(web.name)

      expect(await web.inspect()).toMatchObject({ Image: configDigest, State: { Status: 'running' } })
    })

    test.each<['before' | 'after', EffectKind]>([
      ['after', 'connect-new'],
      ['before', 'withdraw-old'],
      ['after', 'stop-old'],
    ])('start-first, %s %s', async (phase, effect) => {
      const { web, one, two } = await startOnNetworks()
      const { configDigest } = await web.push({ version: 'v2' })

      await scene.observe(['run', '--once'], at(phase, effect, crash)).ended.catch(() => undefined)
      expect(await versionAt(one, 'front', web.image)).toMatch(/^v[12]$/)
      await passAgain(web.name)

      expect(await web.inspect()).toMatchObject({ Image: configDigest, State: { Status: 'running' } })
      expect(await versionAt(two, 'back', web.image)).toBe('v2')
    })
  })
})
