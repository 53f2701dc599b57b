import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { freePort } from '../services/free-port.ts'
import { describeWithServices, uniqueName } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'
import { about, pass } from './stage/answers.ts'
import { waitsForEnds } from './stage/gates.ts'
import { readPage } from './stage/page.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload } from './stage/workload.ts'

describeWithServices('a good version', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene()
  })
  afterEach(() => scene.reset())
  afterAll(() => scene?.close())

  test('runs under the same name with all that its owner set, and the old one is kept stopped', async () => {
    const web = stageWorkload(scene, registry)
    await web.push({ version: 'v1', volumes: ['/cache'] })
    const port = await freePort()
    const volume = uniqueName('volume')
    const options = `--env COLOR=blue --label team=shop --restart unless-stopped --publish 127.0.0.1:${port}:8080`
    await web.start(...options.split(' '), '--volume', `${volume}:/named`, '--volume', '/anonymous')
    const write = 'for each in cache named anonymous; do echo kept > /$each/file; done'
    await scene.docker('exec', web.name, 'sh', '-c', write)
    const before = await web.inspect()
    const v2 = await web.push({ version: 'v2', volumes: ['/cache'] })

    const { code, rollouts } = await pass(scene)

    expect(code).toBe(0)
    expect(rollouts).toMatchObject([{ workload: web.id, outcome: 'succeeded', stage: 'kept', toDigest: v2.digest }])
    const after = await web.inspect()
    expect(after.Id).not.toBe(before.Id)
    expect(after.Image).toBe(v2.configDigest)
    expect(after.Config.Image).toBe(web.image)
    expect(after.Config.Env).toEqual(expect.arrayContaining(['COLOR=blue', 'VERSION=v2']))
    expect(after.Config.Labels).toMatchObject({ team: 'shop', 'longshore.watch': 'true' })
    expect(after.HostConfig.RestartPolicy.Name).toBe('unless-stopped')
    const mounts = ({ Mounts }: typeof after) =>
      Mounts.map(({ Name, Destination }) => `${Name} ${Destination}`).toSorted()
    expect(mounts(after)).toEqual(mounts(before))
    const files = ['/cache/file', '/named/file', '/anonymous/file']
    expect(await scene.docker('exec', web.name, 'cat', ...files)).toBe('kept\nkept\nkept')
    expect(await readPage(port)).toBe('v2')

    expect(await scene.containers()).toEqual([web.name, `${web.name}.longshore-prev`])
    const old = await scene.inspect(`${web.name}.longshore-prev`)
    expect(old).toMatchObject({ Id: before.Id, State: { Status: 'exited' } })
    expect(old.HostConfig.RestartPolicy.Name).toBe('no')
    expect(await web.taggedImage()).toBe(v2.configDigest)
  })

  test('stands alone at once where nothing old is to be kept', async () => {
    scene.configure({ defaults: { gate: { minUptime: '500ms' }, keepOld: '0s' } })
    const web = stageWorkload(scene, registry)
    await web.push({ version: 'v1', healthcheck: false })
    await web.start('--volume', '/data')
    await scene.docker('exec', web.name, 'sh', '-c', 'echo kept > /data/file')
    const v2 = await web.push({ version: 'v2', healthcheck: false })

    const { rollouts } = await pass(scene)

    expect(rollouts).toMatchObject([{ outcome: 'succeeded', stage: 'ended' }])
    expect(await scene.containers()).toEqual([web.name])
    expect((await web.inspect()).Image).toBe(v2.configDigest)
    expect(await scene.docker('exec', web.name, 'cat', '/data/file')).toBe('kept')
  })

  test('outlives the old one, which goes when its time is over', async () => {
    scene.configure({ defaults: { gate: { minUptime: '500ms' }, keepOld: '1s' } })
    const web = stageWorkload(scene, registry)
    await web.push({ version: 'v1', healthcheck: false })
    await web.start()
    await web.push({ version: 'v2', healthcheck: false })

    await pass(scene)

    expect(await scene.containers()).toEqual([web.name, `${web.name}.longshore-prev`])
    await waitUntil('a later pass removes the old one', async () => {
      await pass(scene)
      return (await scene.containers()).length === 1
    })
    expect((await web.inspect()).State.Status).toBe('running')
  })

  test('takes over without a gap where both can run at once', async () => {
    const web = stageWorkload(scene, registry)
    const network = uniqueName('network')
    await scene.docker('network', 'create', network)
    await web.push({ version: 'v1' })
    await web.start('--network', network, '--network-alias', 'shop')
    const probe = uniqueName('probe')
    const ask = 'while true; do busybox timeout 2 wget -q -O - http://shop:8080/ || echo failed; sleep 0.05; done'
    await waitUntil('version 1 is healthy', async () => (await web.inspect()).State.Health?.Status === 'healthy')
    await scene.docker(
      'run',
      '--detach',
      '--name',
      probe,
      '--network',
      network,
      '--entrypoint',
      'sh',
      web.image,
      '-c',
      ask,
    )
    const answers = async () => (await scene.docker('logs', probe)).split('\n')
    await waitUntil('version 1 answers', async () => (await answers()).includes('v1'))
    const before = await web.inspect()
    const v2 = await web.push({ version: 'v2' })

    const { rollouts } = await pass(scene)

    expect(rollouts).toMatchObject([{ outcome: 'succeeded', order: 'start-first', gapMs: 0 }])
    await waitUntil('version 2 answers alone', async () => (await answers()).slice(-5).every((each) => each === 'v2'))
    // The engine takes the alias off the old one only after that has ended, so who has just looked it up may be refused.
    expect((await answers()).filter((each) => each === 'failed').length).toBeLessThanOrEqual(5)
    const after = await web.inspect()
    expect(after.Image).toBe(v2.configDigest)
    expect(after.NetworkSettings.Networks[network]?.Aliases).toContain('shop')
    expect((await scene.inspect(`${web.name}.longshore-prev`)).Id).toBe(before.Id)
    expect(await scene.docker('exec', probe, 'wget', '-q', '-O', '-', `http://${web.name}:8080/`)).toBe('v2')
  })

  test('may run to its end, where nobody wants it restarted', async () => {
    const job = stageWorkload(scene, registry, 'job')
    await job.push({ version: 'v1', healthcheck: false })
    await job.start('--restart', 'no', ...waitsForEnds)
    const v2 = await job.push({ version: 'v2', behaviour: 'completes', healthcheck: false })

    const { code, rollouts } = await pass(scene)

    expect(code).toBe(0)
    expect(rollouts).toMatchObject([{ outcome: 'succeeded', code: 'GATE_COMPLETED' }])
    const after = await job.inspect()
    expect(after).toMatchObject({ Image: v2.configDigest, State: { Status: 'exited', ExitCode: 0 } })
  })

  test('is followed by the next, and the one before the last is not kept', async () => {
    const web = stageWorkload(scene, registry)
    await web.push({ version: 'v1', healthcheck: false })
    await web.start()
    await web.push({ version: 'v2', healthcheck: false })
    await pass(scene)
    const second = await web.inspect()
    const v3 = await web.push({ version: 'v3', healthcheck: false })

    const answer = await pass(scene)

    expect(about(answer, web)).toMatchObject({ state: 'current', candidate: v3.digest })
    expect((await web.inspect()).Image).toBe(v3.configDigest)
    expect(await scene.containers()).toEqual([web.name, `${web.name}.longshore-prev`])
    expect((await scene.inspect(`${web.name}.longshore-prev`)).Id).toBe(second.Id)
  })
})
