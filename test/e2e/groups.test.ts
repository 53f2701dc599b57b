import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { describeWithServices } from '../services/shared.ts'
import { about, history, pass, status } from './stage/answers.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload, type StagedWorkload } from './stage/workload.ts'

describeWithServices('workloads that belong together', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene()
  })
  afterEach(() => scene.reset())
  afterAll(() => scene?.close())

  const gate = { stable: '300ms', minUptime: '1s', deadline: '10s' }
  const configure = (more: Readonly<Record<string, unknown>> = {}, target: Readonly<Record<string, unknown>> = {}) =>
    scene.configure({
      targets: [{ name: 'local', host: scene.engine.host, ...target }],
      defaults: { gate, keepOld: '0s' },
      ...more,
    })

  const plain = { healthcheck: false } as const

  async function stage(prefix: string, ...options: string[]): Promise<StagedWorkload> {
    const workload = stageWorkload(scene, registry, prefix)
    await workload.push({ version: 'v1', ...plain })
    await workload.start('--restart', 'unless-stopped', ...options)
    return workload
  }

  /** `db`, then `api`, then `web`, which is what the labels say and not how they are listed. */
  async function stageShop() {
    const db = await stage('z-db', '--label', 'longshore.group=shop')
    const after = (other: StagedWorkload) => [
      '--label',
      'longshore.group=shop',
      '--label',
      `longshore.after=${other.name}`,
    ]
    const api = await stage('m-api', ...after(db))
    const web = await stage('a-web', ...after(api))
    return { db, api, web }
  }

  const versionOf = async (workload: StagedWorkload) => {
    const { Config, State } = await workload.inspect()
    return State.Status === 'running'
      ? Config.Env?.find((each) => each.startsWith('VERSION='))?.slice('VERSION='.length)
      : State.Status
  }
  const versions = (all: readonly StagedWorkload[]) => Promise.all(all.map(versionOf))

  describe('a group', () => {
    test('goes in its order, one at a time, and stops at the first that fails', async () => {
      configure()
      const { db, api, web } = await stageShop()
      await db.push({ version: 'v2', ...plain })
      await api.push({ version: 'bad', behaviour: 'cannot-start', ...plain })
      await web.push({ version: 'v2', ...plain })

      const first = await pass(scene)

      expect(first.rollouts.map(({ workload, outcome }) => [workload, outcome])).toEqual([
        [db.id, 'succeeded'],
        [api.id, 'rolled-back'],
      ])
      expect(about(first, web)).toMatchObject({
        state: 'held',
        code: 'GROUP_STOPPED',
        reason: expect.stringContaining(`${api.id} of the group shop failed`),
      })
      expect((await scene.run('why', web.id)).stdout).toContain(`longshore resume ${web.id}`)
      expect(await versions([db, api, web])).toEqual(['v2', 'v1', 'v1'])

      await api.push({ version: 'v3', ...plain })
      const second = await pass(scene)

      expect(second.rollouts.map(({ workload }) => workload)).toEqual([api.id, web.id])
      expect(await versions([db, api, web])).toEqual(['v2', 'v3', 'v2'])
    })

    test('that is atomic is all old again after a failure, also when killed on the way back', async () => {
      configure({ groups: { shop: { atomic: true } } })
      const { db, api, web } = await stageShop()
      await db.push({ version: 'v2', ...plain })
      await api.push({ version: 'v2', ...plain })
      await web.push({ version: 'bad', behaviour: 'cannot-start', ...plain })
      const ended = new Set<string>()
      const crashed = scene.observe(['run', '--once'], ({ rollout, step, phase }, running) => {
        ended.add(rollout)
        // The fourth is the first that is taken back.
        if (ended.size === 4 && step === 'J4' && phase === 'after') running.kill('SIGKILL')
      })
      expect((await crashed.ended).signal).toBe('SIGKILL')

      const { rollouts } = await pass(scene)

      expect(await versions([db, api, web])).toEqual(['v1', 'v1', 'v1'])
      expect(rollouts.every(({ outcome }) => outcome === 'succeeded')).toBe(true)
      const started = (await history(scene)).filter(({ kind }) => kind === 'rollout-started')
      // Newest first: the way back goes the other way round.
      const back = started.filter(({ reason }) => reason.startsWith('taken back')).map(({ workload }) => workload)
      expect(back).toEqual([db.id, api.id])
      expect(started[0]?.reason).toContain(`taken back, since ${web.id} of the group shop failed`)
      expect(about(await status(scene), db)).toMatchObject({ state: 'held', code: 'GROUP_STOPPED' })

      await web.push({ version: 'v2', ...plain })
      expect((await pass(scene)).code).toBe(0)
      expect(await versions([db, api, web])).toEqual(['v2', 'v2', 'v2'])
    })

    test('with an order that cannot be is held, and says why', async () => {
      configure()
      const alone = await stage('alone', '--label', 'longshore.after=nobody')
      const circle = await stage('circle', '--label', 'longshore.after=circle')
      await alone.push({ version: 'v2', ...plain })

      const { workloads, rollouts } = await pass(scene)

      expect(rollouts).toEqual([])
      expect(about({ workloads }, alone)).toMatchObject({ state: 'held', code: 'AFTER_UNKNOWN' })
      expect(about({ workloads }, circle)).toMatchObject({ state: 'held', code: 'AFTER_UNKNOWN' })
    })
  })

  test('several on one image are all rolled out, after one look at the registry', async () => {
    configure()
    const first = await stage('twin')
    await scene.docker('run', '--detach', '--name', `${first.name}-b`, '--label', 'longshore.watch=true', first.image)
    const second = {
      ...first,
      name: `${first.name}-b`,
      id: `${first.id}-b`,
      inspect: () => scene.inspect(`${first.name}-b`),
    }
    await first.push({ version: 'v2', ...plain })

    expect((await pass(scene)).rollouts).toHaveLength(2)

    expect(await versions([first, second])).toEqual(['v2', 'v2'])
  })

  test('the brake holds all others once three versions have failed, until a person releases it', async () => {
    configure()
    const bad = await Promise.all(['a', 'b', 'c'].map((each) => stage(each)))
    const good = await stage('z')
    for (const each of bad) await each.push({ version: `bad-${each.name}`, behaviour: 'cannot-start', ...plain })
    await good.push({ version: 'v2', ...plain })

    const first = await pass(scene)

    expect(about(first, good)).toMatchObject({ state: 'held', code: 'BRAKED' })
    expect((await history(scene)).filter(({ kind }) => kind === 'brake')).toHaveLength(1)
    expect((await scene.run('status')).stdout).toContain('The brake of local is on')
    expect((await scene.run('why', good.id)).stdout).toContain('longshore release local')
    expect((await pass(scene)).rollouts).toEqual([])

    // What is not wanted any more by then is not rolled out.
    const v3 = await good.push({ version: 'v3', ...plain })
    const released = await scene.run('release', 'local', '--reason', 'they share a bad base image')

    expect(released.code, released.stderr).toBe(0)
    expect(await versionOf(good)).toBe('v3')
    expect(about(await status(scene), good)).toMatchObject({ state: 'current', candidate: v3.digest })
    expect((await history(scene)).find(({ kind }) => kind === 'release')?.reason).toContain('bad base image')
  })

  test('more changes than may be wanted at once are held, until what is wanted now is let through', async () => {
    configure({}, { maxChanges: 2 })
    const all = [await stage('a'), await stage('b'), await stage('c')]
    for (const each of all) await each.push({ version: 'v2', ...plain })

    const first = await pass(scene)

    expect(first.rollouts).toEqual([])
    expect(first.workloads.map(({ code }) => code)).toEqual(['MASS_CHANGE', 'MASS_CHANGE', 'MASS_CHANGE'])
    expect((await scene.run('status')).stdout).toContain('3 workloads of local want a change at once, more than 2')
    // One that a person sees to leaves the others held.
    expect((await scene.run('deploy', all[0]?.id ?? '')).code).toBe(0)
    expect((await pass(scene)).rollouts).toEqual([])

    expect((await scene.run('release')).stdout).toContain('2 wanted now on local may be rolled out')

    expect(await versions(all)).toEqual(['v2', 'v2', 'v2'])
  })
})
