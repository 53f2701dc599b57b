import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { EffectKind } from '../../src/rollout/rollout.ts'
import { describeWithServices } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'
import { about, history, pass, status } from './stage/answers.ts'
import { at, crash } from './stage/moments.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload, type StagedWorkload } from './stage/workload.ts'

/** Where longshore is killed, and what serves once a fresh state has found what it left. */
const moments: readonly (readonly [string, 'before' | 'after', EffectKind, 'v1' | 'v2'])[] = [
  ['before the old version was touched', 'after', 'create', 'v1'],
  ['between stop and start', 'after', 'stop-old', 'v1'],
  ['between the two renames', 'after', 'rename-old', 'v1'],
  ['during the gate', 'after', 'start-new', 'v2'],
  ['once the gate has passed', 'after', 'arm-new', 'v2'],
]

describeWithServices('the state', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene()
  })
  afterEach(() => scene.reset())
  afterAll(() => scene?.close())

  /** A workload that runs version 1, with version 2 pushed. */
  async function stageChange(prefix: string): Promise<StagedWorkload> {
    const workload = stageWorkload(scene, registry, prefix)
    await workload.push({ version: 'v1', healthcheck: false })
    await workload.start('--restart', 'unless-stopped')
    await workload.push({ version: 'v2', healthcheck: false })
    return workload
  }

  /** Which version serves under the workload's name, with the policy that its owner gave it. */
  async function serving({ name, inspect }: StagedWorkload): Promise<string | undefined> {
    const { State, HostConfig, Config } = await inspect()
    expect({ name, status: State.Status, policy: HostConfig.RestartPolicy.Name }).toEqual({
      name,
      status: 'running',
      policy: 'unless-stopped',
    })
    return Config.Env?.find((each) => each.startsWith('VERSION='))?.slice('VERSION='.length)
  }

  test.each(moments)(
    'lost after a kill %s: a version serves and everything is held until a person resumes',
    async (...given) => {
      const [, phase, effect, version] = given
      const web = await stageChange('web')
      await scene.observe(['run', '--once'], at(phase, effect, crash)).ended
      const before = await scene.docker('ps', '--all', '--quiet', '--no-trunc')
      rmSync(scene.stateFolder, { recursive: true })
      const shop = await stageChange('shop')

      const held = await pass(scene)

      expect(await serving(web)).toBe(version)
      expect(await serving(shop)).toBe('v1')
      expect(about(held, shop)).toMatchObject({ state: 'held', code: 'STATE_LOST' })
      if (version === 'v1') {
        expect(about(held, web)).toMatchObject({ state: 'held', code: 'STATE_LOST' })
        expect(before.split('\n')).toContain((await web.inspect()).Id)
      }
      expect((await pass(scene)).rollouts).toEqual([])

      expect(await scene.run('resume')).toMatchObject({ code: 0 })
      const resumed = await pass(scene)
      expect(resumed.rollouts.map((each) => each.outcome)).toEqual(resumed.rollouts.map(() => 'succeeded'))
      expect([await serving(web), await serving(shop)]).toEqual(['v2', 'v2'])
    },
  )

  test.each(['1h', '0s'])(
    'restored from before a rollout, old versions kept for %s: everything is held until a person resumes',
    async (keepOld) => {
      const web = await stageChange('web')
      const other = stageWorkload(scene, registry, 'other')
      await other.push({ version: 'v1', healthcheck: false })
      await other.start()
      scene.configure({ defaults: { mode: 'notify' } })
      await pass(scene)
      const backup = `${scene.stateFolder}-backup`
      cpSync(scene.stateFolder, backup, { recursive: true })
      scene.configure({ defaults: { gate: { minUptime: '500ms' }, keepOld } })
      await pass(scene)
      expect(await serving(web)).toBe('v2')
      rmSync(scene.stateFolder, { recursive: true })
      cpSync(backup, scene.stateFolder, { recursive: true })
      rmSync(backup, { recursive: true })
      await web.push({ version: 'v3', healthcheck: false })
      await other.push({ version: 'v3', healthcheck: false })

      const held = await pass(scene)

      expect(await serving(web)).toBe('v2')
      expect(about(held, web)).toMatchObject({ state: 'held', code: 'STATE_LOST' })
      expect(about(held, other)).toMatchObject({ state: 'held', code: 'STATE_LOST' })
      expect((await status(scene)).hold).toMatchObject({ code: 'STATE_LOST' })

      const resumed = await scene.run('resume', '--output', 'json')
      expect(JSON.parse(resumed.stdout).rollouts).toMatchObject([{ outcome: 'succeeded' }, { outcome: 'succeeded' }])
      expect(await serving(web)).toBe('v3')
    },
  )

  test.each([
    ['before the old version is stopped', 'before', 'stop-old'],
    ['between stop and start', 'after', 'stop-old'],
    ['before the new version is armed', 'before', 'arm-new'],
  ] as const)(
    'on a disk that fills up %s: a version serves, and with room again it goes on',
    async (_when, phase, effect) => {
      mkdirSync(scene.stateFolder, { mode: 0o700 })
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'longshore-test', scene.stateFolder])
      try {
        const web = await stageChange('web')
        const ballast = join(scene.stateFolder, 'ballast')

        const full = await pass(
          scene,
          at(phase, effect, () => fill(ballast)),
        )

        expect(full.code).toBe(1)
        await waitUntil('a version serves', async () => (await serving(web)) !== undefined)
        rmSync(ballast)
        await pass(scene)
        await pass(scene)
        expect(await serving(web)).toBe('v2')
      } finally {
        execFileSync('umount', ['--lazy', scene.stateFolder])
      }
    },
  )

  test('on a disk that fills up under a running service, at a gate: it waits, and with room again it goes on by itself', async () => {
    mkdirSync(scene.stateFolder, { mode: 0o700 })
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=700', 'longshore-test', scene.stateFolder])
    try {
      const web = await stageChange('web')
      const ballast = join(scene.stateFolder, 'ballast')
      let isFull = false
      const service = scene.observe(
        ['run'],
        at('after', 'start-new', async () => {
          await fill(ballast)
          isFull = true
        }),
      )
      await waitUntil('the disk is full', () => isFull)
      await waitUntil('a version serves', async () => (await web.inspect()).State.Status === 'running')

      rmSync(ballast)
      await waitUntil('it has gone on', async () => about(await status(scene), web).state === 'current')

      expect((await history(scene)).flatMap(({ outcome }) => outcome ?? [])).toEqual(['succeeded'])
      expect(await serving(web)).toBe('v2')
      expect(await service.stop()).toBe(0)
      expect((await scene.run('state', 'check')).code).toBe(0)
    } finally {
      execFileSync('umount', ['--lazy', scene.stateFolder])
    }
  })

  test('is refused to a second process, by the pid of the first', async () => {
    const service = scene.start('run')
    await waitUntil('it runs', () => service.log().includes('watching'))

    const second = await scene.run('run', '--once')

    expect(second.code).toBe(1)
    const [, pid] =
      /STATE_LOCKED: the state in .* is in use by another longshore \(pid (\d+)\)/.exec(second.stderr) ?? []
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toContain(scene.stateFolder)
    expect(await service.stop()).toBe(0)
    expect((await scene.run('run', '--once')).code).toBe(0)
  })
})

async function fill(file: string): Promise<void> {
  for (const sizeBytes of [65_536, 4096, 1]) {
    const grows = () =>
      appendFile(file, Buffer.alloc(sizeBytes)).then(
        () => true,
        () => false,
      )
    while (await grows());
  }
}
