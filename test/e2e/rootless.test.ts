import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startRootlessEngine, whyNoRootless } from '../services/rootless-engine.ts'
import { describeWithServices, uniqueName } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'
import { pass } from './stage/answers.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload } from './stage/workload.ts'

const whyNot = await whyNoRootless()

/** Not every machine lets one be started, so that here, and only here, a test may be skipped on any of them. */
const describeRootless = whyNot === null ? describe : describe.skip

describeWithServices('an engine of a user without root', ({ registryAddress }) => {
  describeRootless(whyNot === null ? 'started here' : `[skipped: ${whyNot}]`, () => {
    const registry = { address: registryAddress }
    let scene: Scene
    beforeAll(async () => {
      scene = await openScene({}, () => startRootlessEngine(registryAddress))
    })
    const quick = () =>
      scene.configure({ defaults: { gate: { stable: '500ms', minUptime: '500ms', deadline: '20s' } } })
    beforeEach(quick)
    afterEach(() => scene.reset())
    afterAll(() => scene?.close())

    async function startWeb(...options: string[]) {
      const web = stageWorkload(scene, registry)
      const { configDigest } = await web.push({ version: 'v1' })
      await web.start('--restart', 'unless-stopped', '--health-interval', '500ms', ...options)
      await waitUntil('version 1 is healthy', async () => (await web.inspect()).State.Health?.Status === 'healthy')
      const asking = ['wget', '-q', '-O', '-', 'http://127.0.0.1:8080/']
      return { web, v1: configDigest, page: () => scene.docker('exec', web.name, ...asking) }
    }

    test('is told as one, has a whole rollout, and goes back by hand', async () => {
      const { web, v1, page } = await startWeb('--volume', '/data', '--publish', '127.0.0.1::8080', '--memory', '64m')
      await scene.docker('exec', web.name, 'sh', '-c', 'echo kept > /data/file')
      const before = await web.inspect()
      const v2 = await web.push({ version: 'v2' })

      const { code, rollouts } = await pass(scene)

      expect(code).toBe(0)
      expect(rollouts).toMatchObject([{ workload: web.id, outcome: 'succeeded', order: 'stop-first' }])
      const fresh = await web.inspect()
      expect(fresh).toMatchObject({ Image: v2.configDigest, HostConfig: { RestartPolicy: { Name: 'unless-stopped' } } })
      expect(fresh.Mounts.map((each) => each.Name)).toEqual(before.Mounts.map((each) => each.Name))
      expect(await page()).toBe('v2')
      expect(await scene.docker('exec', web.name, 'cat', '/data/file')).toBe('kept')
      expect((await scene.run('status')).stdout).toMatch(/Docker 26\S* \(API [\d.]+, rootless\)/)

      const back = await scene.run('rollback', web.id)

      expect(back).toMatchObject({ code: 0 })
      expect((await web.inspect()).Image).toBe(v1)
      expect(await page()).toBe('v1')
      expect(await scene.docker('exec', web.name, 'cat', '/data/file')).toBe('kept')
    })

    test('has the old version back when the new one fails, start-first on a network too', async () => {
      const network = uniqueName('network')
      await scene.docker('network', 'create', network)
      // What is not to be restarted fails at once.
      const own = ['--network', network, '--network-alias', 'front', '--restart', 'no']
      const { web, v1, page } = await startWeb(...own)
      const before = await web.inspect()
      await web.push({ version: 'v2', behaviour: 'exits' })

      const { code, rollouts } = await pass(scene)

      expect(code).toBe(1)
      expect(rollouts).toMatchObject([{ workload: web.id, outcome: 'rolled-back', order: 'start-first' }])
      expect(await web.inspect()).toMatchObject({ Id: before.Id, Image: v1, State: { Status: 'running' } })
      expect(await page()).toBe('v1')
      expect(await scene.containers()).toEqual([web.name])

      const v3 = await web.push({ version: 'v3' })
      expect((await pass(scene)).rollouts).toMatchObject([{ outcome: 'succeeded', order: 'start-first', gapMs: 0 }])
      expect((await web.inspect()).Image).toBe(v3.configDigest)
      expect(await page()).toBe('v3')
    })
  })
})
