import { chmodSync, existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { describeWithServices } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'
import { about, history, status } from './stage/answers.ts'
import { waitsForEnds } from './stage/gates.ts'
import type { RunningLongshore } from './stage/longshore.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload, type StagedWorkload } from './stage/workload.ts'

/** What tests read of a word with `--output json`. */
interface Said {
  readonly workload: string
  readonly sentence: string
  readonly state: string
  readonly code: string
  readonly rollout: { readonly outcome: string; readonly toDigest: string } | null
}

describeWithServices('the hands on the wheel', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene()
  })
  afterEach(() => scene.reset())
  afterAll(() => scene?.close())

  const quick = { defaults: { gate: { minUptime: '1s' }, keepOld: '0s' } }

  /** A workload that runs version 1 under the tag `latest`, with versions 1 and 2 also under the tags `v1` and `v2`. */
  async function stage(...options: readonly string[]) {
    const web = stageWorkload(scene, registry)
    const v1 = await web.push({ version: 'v1', healthcheck: false })
    await web.push({ version: 'v1', tag: 'v1', healthcheck: false })
    const v2 = await web.push({ version: 'v2', tag: 'v2', healthcheck: false })
    await web.start('--restart', 'unless-stopped', ...options)
    return { web, v1, v2 }
  }

  const versionOf = async (web: StagedWorkload) => {
    const { Config, State } = await web.inspect()
    if (State.Status !== 'running') return State.Status
    return Config.Env?.find((each) => each.startsWith('VERSION='))?.slice('VERSION='.length)
  }

  /** Says a word, which has to be done. */
  async function say(...args: string[]): Promise<Said> {
    const { code, stdout, stderr } = await scene.run(...args, '--output', 'json')
    expect({ code, stderr }).toMatchObject({ code: 0 })
    return JSON.parse(stdout) as Said // our own output
  }

  const why = async ({ id }: StagedWorkload) => (await scene.run('why', id)).stdout

  /** A service that asks the registries once an hour: all that happens sooner happened because of a word. */
  async function startService(web: StagedWorkload): Promise<RunningLongshore> {
    scene.configure({ ...quick, pollInterval: '1h' })
    const service = scene.start('run')
    await waitUntil(
      'the service has seen the workload',
      async () => about(await status(scene), web).state === 'current',
      {
        hopeless: () => (service.log().includes('CONTROL_') ? new Error(service.log()) : undefined),
      },
    )
    return service
  }

  describe('beside a running service', () => {
    test('pin rolls a tag out at once and holds it; unpin lets the workload follow its own tag again', async () => {
      const { web, v2 } = await stage()
      const service = await startService(web)

      const pinned = await say('pin', web.name, 'v2', '--reason', 'the sale is on')

      expect(pinned).toMatchObject({
        workload: web.id,
        state: 'current',
        rollout: { outcome: 'succeeded', toDigest: v2.digest },
      })
      expect(await versionOf(web)).toBe('v2')
      expect((await scene.run('status')).stdout).toMatch(/current, pinned/)
      expect(await why(web)).toMatch(/the sale is on/)
      const v3 = await web.push({ version: 'v3', healthcheck: false })

      const unpinned = await say('unpin', web.name)

      expect(unpinned.rollout).toMatchObject({ outcome: 'succeeded', toDigest: v3.digest })
      expect(await versionOf(web)).toBe('v3')
      const words = (await history(scene)).filter(({ kind }) => kind === 'pin' || kind === 'unpin')
      expect(words).toMatchObject([
        { kind: 'unpin', actor: expect.stringMatching(/./) },
        { kind: 'pin', actor: expect.stringMatching(/./), reason: expect.stringContaining('the sale is on') },
      ])
      expect(await service.stop()).toBe(0)
      expect(existsSync(join(scene.stateFolder, 'control.sock'))).toBe(false)
    })

    test('what is pushed while it is paused is rolled out at once when it is resumed', async () => {
      const { web, v2 } = await stage()
      const service = await startService(web)
      expect((await scene.run('pause', web.name, '--for', '1h', '--reason', 'inventory')).code).toBe(0)
      await web.push({ version: 'v2', healthcheck: false })
      expect((await scene.run('status')).stdout).toMatch(/paused/)
      expect(await why(web)).toMatch(/paused[\s\S]*inventory/)
      expect(await versionOf(web)).toBe('v1')

      const resumed = await say('resume', web.name)

      expect(resumed.rollout).toMatchObject({ outcome: 'succeeded', toDigest: v2.digest })
      expect(await versionOf(web)).toBe('v2')
      expect(await service.stop()).toBe(0)
    })

    test('rollback goes to the version before, and what is pushed then waits for unpin', async () => {
      const { web, v1 } = await stage()
      const service = await startService(web)
      await web.push({ version: 'v2', healthcheck: false })
      expect((await say('deploy', web.name)).rollout).toMatchObject({ outcome: 'succeeded' })

      const back = await say('rollback', web.name)

      expect(back.rollout).toMatchObject({ outcome: 'succeeded', toDigest: v1.digest })
      expect(await versionOf(web)).toBe('v1')
      const v3 = await web.push({ version: 'v3', healthcheck: false })
      expect((await say('deploy', web.name)).rollout).toBeNull()
      expect(await versionOf(web)).toBe('v1')
      expect((await say('unpin', web.name)).rollout).toMatchObject({ outcome: 'succeeded', toDigest: v3.digest })
      expect(await service.stop()).toBe(0)
    })

    test('a version that fails makes the word exit 1; released from quarantine it is tried again', async () => {
      const { web } = await stage(...waitsForEnds)
      const service = await startService(web)
      await web.push({ version: 'bad', tag: 'bad', behaviour: 'exits', healthcheck: false })

      const { code, stdout } = await scene.run('pin', web.name, 'bad')

      expect(code).toBe(1)
      expect(stdout).toMatch(/rolled back/)
      expect(await versionOf(web)).toBe('v1')
      expect((await scene.run('quarantine', 'list')).stdout).toContain(web.id)
      const again = await scene.run('quarantine', 'release', web.name)
      expect(again).toMatchObject({ code: 1 })
      expect(again.stdout).toMatch(/rolled back/)
      expect(await service.stop()).toBe(0)
    })

    test('a pin that was answered outlives a service that is killed', async () => {
      const { web, v2 } = await stage()
      const service = await startService(web)
      expect((await scene.run('pin', web.name, 'v2', '--no-wait')).code).toBe(0)
      service.kill('SIGKILL')
      await service.ended

      expect(existsSync(join(scene.stateFolder, 'control.sock'))).toBe(true)
      expect((await scene.run('status')).stdout).toMatch(/pinned/)
      const next = scene.start('run')

      await waitUntil('it runs what it is pinned to', async () => {
        const found = about(await status(scene), web)
        return found.state === 'current' && found.candidate === v2.digest
      })
      expect(await versionOf(web)).toBe('v2')
      expect(await next.stop()).toBe(0)
    })

    test('the socket is for the user of the service alone', async () => {
      const { web } = await stage()
      const service = await startService(web)

      expect(statSync(scene.stateFolder).mode & 0o777).toBe(0o700)
      expect(statSync(join(scene.stateFolder, 'control.sock')).mode & 0o777).toBe(0o600)
      expect(await service.stop()).toBe(0)
    })

    test('a workload that nobody knows is told, with those that there are', async () => {
      const { web } = await stage()
      const service = await startService(web)

      const { code, stderr } = await scene.run('pin', 'nothing', 'v1')

      expect(code).toBe(2)
      expect(stderr).toMatch(new RegExp(`WORKLOAD_NOT_FOUND: .*${web.id}`))
      expect(await service.stop()).toBe(0)
    })
  })

  describe('without a service', () => {
    test('pin, unpin, rollback and why do the same in the process of the command', async () => {
      scene.configure(quick)
      const { web, v1, v2 } = await stage()

      expect((await say('pin', web.name, 'v2')).rollout).toMatchObject({ outcome: 'succeeded', toDigest: v2.digest })
      expect(await versionOf(web)).toBe('v2')
      expect(await why(web)).toMatch(/pinned/)
      expect((await say('rollback', web.name)).rollout).toMatchObject({ outcome: 'succeeded', toDigest: v1.digest })
      expect(await versionOf(web)).toBe('v1')
      const v3 = await web.push({ version: 'v3', healthcheck: false })
      expect((await say('unpin', web.name)).rollout).toMatchObject({ outcome: 'succeeded', toDigest: v3.digest })
      expect(await versionOf(web)).toBe('v3')
    })

    test('a pause holds the next pass, and resume rolls out what was pushed meanwhile', async () => {
      scene.configure(quick)
      const { web, v2 } = await stage()
      expect((await scene.run('run', '--once')).code).toBe(0)
      expect((await scene.run('pause')).code).toBe(0)
      await web.push({ version: 'v2', healthcheck: false })
      expect((await scene.run('run', '--once')).code).toBe(0)
      expect(about(await status(scene), web)).toMatchObject({ state: 'held' })
      expect(await versionOf(web)).toBe('v1')

      const resumed = await scene.run('resume', '--output', 'json')

      expect(resumed.code).toBe(0)
      expect(JSON.parse(resumed.stdout)).toMatchObject({
        sentence: expect.stringContaining('the pause on everything is lifted'),
        rollouts: [{ outcome: 'succeeded', toDigest: v2.digest }],
      })
      expect(await versionOf(web)).toBe('v2')
    })
  })

  test('a service does not start where others may enter the folder of its state', async () => {
    const { web } = await stage()
    scene.configure({ ...quick, pollInterval: '1h' })
    expect((await scene.run('run', '--once')).code).toBe(0)
    chmodSync(scene.stateFolder, 0o755)

    const { code, stderr } = await scene.run('run')

    expect(code).toBe(1)
    expect(stderr).toMatch(/CONTROL_UNSAFE: .*mode 755[\s\S]*chmod 700/)
    expect(await versionOf(web)).toBe('v1')
  })
})
