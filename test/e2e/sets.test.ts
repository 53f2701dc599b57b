import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { describeWithServices } from '../services/shared.ts'
import { pass } from './stage/answers.ts'
import { stageProject } from './stage/compose-project.ts'
import { stageSet } from './stage/container-set.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { startAgain } from './stage/start-again.ts'

describeWithServices('containers that cannot do without another', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene()
  })
  afterEach(() => scene.reset())
  afterAll(() => scene?.close())

  const gate = { stable: '500ms', minUptime: '500ms', deadline: '20s' }

  test('are made again with it, of their own image, and the old set is kept and goes as one', async () => {
    scene.configure({ defaults: { gate, keepOld: '1h' } })
    const set = await stageSet(scene, registry)
    const { names, provider } = set
    const before = await scene.inspect(names.volumes)
    await scene.docker('exec', names.volumes, 'sh', '-c', 'echo kept > /shared/file')
    const v2 = await provider.push({ version: 'v2' })

    const { code, rollouts } = await pass(scene)

    expect(code).toBe(0)
    expect(rollouts).toMatchObject([
      { workload: provider.id, outcome: 'succeeded', stage: 'kept', order: 'stop-first' },
    ])
    const fresh = await provider.inspect()
    expect(fresh.Image).toBe(v2.configDigest)
    expect(await set.answers()).toEqual({ first: 'v2', second: 'v2', linked: 'v2' })
    expect(await scene.docker('exec', names.volumes, 'cat', '/shared/file')).toBe('kept')
    const all = [provider.name, ...Object.values(names)]
    expect(await scene.containers()).toEqual(all.flatMap((name) => [name, `${name}.longshore-prev`]).toSorted())
    for (const name of Object.values(names)) {
      const { Image, Config, HostConfig, State } = await scene.inspect(name)
      expect(Image).toBe(set.app.configDigest)
      expect(Config.Image).toBe(set.app.reference)
      expect(HostConfig.RestartPolicy.Name).toBe('unless-stopped')
      expect(State.Status).toBe(name === names.stopped ? 'created' : 'running')
    }
    expect((await scene.inspect(names.first)).HostConfig.NetworkMode).toBe(`container:${fresh.Id}`)
    expect((await scene.inspect(names.volumes)).Mounts.map((each) => each.Name).toSorted()).toEqual(
      before.Mounts.map((each) => each.Name).toSorted(),
    )
  })

  test('go back with it when it fails its gate', async () => {
    const set = await stageSet(scene, registry)
    const { names, provider } = set
    const before = await Promise.all([provider.name, ...Object.values(names)].map((name) => scene.inspect(name)))
    await provider.push({ version: 'v2', behaviour: 'exits' })

    const { code, rollouts } = await pass(scene)

    expect(code).toBe(1)
    expect(rollouts).toMatchObject([{ outcome: 'rolled-back', stage: 'ended' }])
    expect(await set.answers()).toEqual({ first: 'v1', second: 'v1', linked: 'v1' })
    const after = await Promise.all([provider.name, ...Object.values(names)].map((name) => scene.inspect(name)))
    expect(after.map(({ Id }) => Id)).toEqual(before.map(({ Id }) => Id))
    expect(after.map(({ State }) => State.Status)).toEqual(before.map(({ State }) => State.Status))
    expect(await scene.containers()).toHaveLength(before.length)
  })

  test.each([
    ['restarted', 'only that is watched', []],
    ['made anew', 'all are', ['longshore.watch=true']],
  ])('follow it when it was %s by hand, where %s', async (how, _, labels) => {
    const set = await stageSet(scene, registry, ...labels)
    const { names, provider } = set
    // The kernel ends what is in a space of processes with the first of them.
    const processes = `${provider.name}-processes`
    const own = labels.flatMap((each) => ['--label', each])
    const options = ['--pid', `container:${provider.name}`, '--restart', 'always', ...own]
    await scene.docker('run', '--detach', '--name', processes, ...options, set.app.reference)
    await pass(scene)
    if (how === 'restarted') await startAgain(scene, provider.name)
    else {
      await scene.docker('rm', '--force', provider.name)
      await set.runProvider()
    }
    expect((await set.answers()).first).not.toBe('v1')

    const { code, rollouts } = await pass(scene)

    expect(code).toBe(0)
    expect(rollouts.map((each) => each.outcome)).toEqual(rollouts.map(() => 'succeeded'))
    expect(await set.answers()).toMatchObject({ first: 'v1', second: 'v1' })
    expect((await scene.inspect(processes)).State.Running).toBe(true)
    const stopped = await scene.inspect(names.stopped)
    expect(stopped.State.Running).toBe(false)
    expect(stopped.HostConfig.NetworkMode).toBe(`container:${(await provider.inspect()).Id}`)
    const { stdout } = await scene.run('history')
    expect(stdout).toContain(`${provider.name}, whose network it uses, `)
  })

  test('that are due themselves go after it, in the same pass, and keep what they live in', async () => {
    const set = await stageSet(scene, registry, 'longshore.watch=true')
    const { names, provider } = set
    await provider.push({ version: 'v2' })
    const newer = await set.pushApp()

    const { code, rollouts } = await pass(scene)

    expect(code).toBe(0)
    expect(rollouts[0]).toMatchObject({ workload: provider.id, outcome: 'succeeded' })
    const running = [names.first, names.second, names.volumes, names.linked]
    expect(
      rollouts
        .slice(1)
        .map((each) => each.workload)
        .toSorted(),
    ).toEqual(running.map((name) => `local/container/${name}`).toSorted())
    for (const name of running) expect((await scene.inspect(name)).Image).toBe(newer.configDigest)
    expect(await set.answers()).toEqual({ first: 'v2', second: 'v2', linked: 'v2' })
    expect((await scene.inspect(names.volumes)).HostConfig['VolumesFrom']).toEqual([provider.name])
  })

  test('follow a Compose service that Compose brought up anew, and hold it where nobody cares for them', async () => {
    const project = stageProject(scene, registry)
    await project.push({ version: 'v1' })
    await project.push({ version: 'app', healthcheck: false }, 'app')
    project.write(
      'compose.yaml',
      `services:\n  web:\n    image: ${project.image()}\n    labels: { longshore.watch: "true" }\n`,
    )
    await project.byHand('up', '--detach')
    const inside = `${project.name}-inside`
    const provider = `${project.name}-web-1`
    const start = (...labels: string[]) =>
      scene.docker(
        'run',
        '--detach',
        '--name',
        inside,
        '--network',
        `container:${provider}`,
        ...labels,
        project.image('app'),
      )
    const labels = ['--label', 'longshore.watch=true', '--env', 'PORT=9001', '--stop-timeout', '1']
    await start('--env', 'PORT=9001')
    await project.push({ version: 'v2' })

    const held = await pass(scene)

    expect(held.rollouts).toEqual([])
    expect(held.workloads).toMatchObject([{ state: 'held', code: 'DEPENDENT' }])

    await scene.docker('rm', '--force', inside)
    await start(...labels)
    const { code, rollouts } = await pass(scene)

    expect(code).toBe(0)
    expect(rollouts.map(({ workload, outcome }) => `${workload} ${outcome}`)).toEqual([
      `${project.workload().id} succeeded`,
      `local/container/${inside} succeeded`,
    ])
    expect((await scene.inspect(inside)).HostConfig.NetworkMode).toBe(`container:${(await project.instance()).Id}`)
    const page = await scene.docker('exec', inside, 'wget', '-q', '-O', '-', 'http://127.0.0.1:8080/')
    expect(page).toBe('v2')
  })
})
