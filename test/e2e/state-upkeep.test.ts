import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { describeWithServices } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'
import { about, history, pass, status } from './stage/answers.ts'
import { at } from './stage/moments.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload, type StagedWorkload } from './stage/workload.ts'

describeWithServices('the state and its backups', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene()
  })
  afterEach(() => scene.reset())
  afterAll(() => scene?.close())

  const database = () => join(scene.stateFolder, 'longshore.db')
  const backups = (): readonly string[] => {
    const folder = join(scene.stateFolder, 'backups')
    return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.db')) : []
  }

  async function stage(prefix: string, ...options: string[]): Promise<StagedWorkload> {
    const web = stageWorkload(scene, registry, prefix)
    await web.push({ version: 'v1', healthcheck: false })
    await web.start('--restart', 'unless-stopped', ...options)
    return web
  }

  async function version(web: StagedWorkload): Promise<string | undefined> {
    const { State, Config } = await web.inspect()
    expect(State.Status).toBe('running')
    return Config.Env?.find((each) => each.startsWith('VERSION='))?.slice('VERSION='.length)
  }

  const quick = (change: object = {}) =>
    scene.configure({ pollInterval: '10s', defaults: { gate: { minUptime: '500ms' }, keepOld: '0s' }, ...change })

  test('a service that finds its state damaged goes back to the backup of its last rollout, and holds until `resume`', async () => {
    quick()
    const web = await stage('web')
    const first = scene.start('run')
    await waitUntil('it is decided', () => first.log().includes('current:'))
    await web.push({ version: 'v2', healthcheck: false })
    await waitUntil('it is rolled out', () => first.log().includes('succeeded:'))
    await waitUntil('it is backed up', () => backups().length > 0)
    expect(await first.stop()).toBe(0)
    expect((await scene.run('pin', web.id, 'latest', '--reason', 'holiday')).code).toBe(0)
    expect((await scene.run('state', 'backup')).code).toBe(0)
    truncateSync(database(), 20_000)
    expect((await scene.run('state', 'check')).code).toBe(1)
    const container = (await web.inspect()).Id

    const second = scene.start('run')
    await waitUntil('it is held', async () => (await status(scene)).hold !== null)
    await web.push({ version: 'v3', healthcheck: false })
    await waitUntil('it is decided anew', async () => about(await status(scene), web).code === 'STATE_RESTORED')

    const [aside] = readdirSync(scene.stateFolder).filter((name) => /^longshore\.db\.damaged-\w+$/.test(name))
    expect(second.log()).toMatch(new RegExp(`ERROR.*everything is held: the state was damaged .* kept as .*${aside}`))
    expect((await status(scene)).hold).toMatchObject({ code: 'STATE_RESTORED' })
    const doctor = await scene.run('doctor', '-o', 'json')
    expect(doctor.code).toBe(1)
    expect(JSON.parse(doctor.stdout).findings).toContainEqual(
      expect.objectContaining({ part: 'state', standing: 'wrong', sentence: expect.stringContaining('is held') }),
    )
    expect((await web.inspect()).Id).toBe(container)
    expect(await scene.run('state', 'restore')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/STATE_LOCKED/),
    })
    expect(JSON.parse((await scene.run('why', web.id, '-o', 'json')).stdout)).toMatchObject({ state: 'held' })
    expect((await scene.run('resume')).code).toBe(0)
    await scene.run('unpin', web.id)
    await waitUntil('it is rolled out', async () => (await version(web)) === 'v3')
    expect(await second.stop()).toBe(0)
    expect((await scene.run('state', 'check')).code).toBe(0)
  })

  test('a backup from the middle of a rollout that ended since is taken up by what runs, and nothing is lost', async () => {
    quick()
    const secret = 'hunter2-hunter2-hunter2'
    const web = await stage('web', '--env', `PASSWORD=${secret}`)
    await pass(scene)
    await web.push({ version: 'v2', healthcheck: false })
    const copy = `${scene.stateFolder}-copy.db`
    const shown = `${scene.stateFolder}-export.json`
    await pass(
      scene,
      at('after', 'rename-old', async () => {
        expect(await scene.run('state', 'backup', '--to', copy)).toMatchObject({ code: 0, stderr: '' })
        expect(await scene.run('state', 'export', '--to', shown)).toMatchObject({ code: 0, stderr: '' })
      }),
    )
    await pass(scene)
    const running = (await web.inspect()).Id
    expect(readFileSync(copy, 'latin1')).toContain(secret)
    const text = readFileSync(shown, 'utf8')
    expect(text).toContain('"kind":"rollout"')
    expect(text).not.toContain(secret)

    expect(await scene.run('state', 'restore', copy)).toMatchObject({ code: 0 })
    await web.push({ version: 'v3', healthcheck: false })
    const held = await pass(scene)

    expect((await web.inspect()).Id).toBe(running)
    expect(await version(web)).toBe('v2')
    expect(about(held, web)).toMatchObject({ state: 'held', code: 'STATE_RESTORED' })
    expect((await history(scene)).some(({ code }) => code === 'STATE_RESTORED')).toBe(true)
    expect(await scene.containers()).toEqual([web.name])
    expect((await scene.run('resume')).code).toBe(0)
    await pass(scene)
    expect(await version(web)).toBe('v3')
    for (const file of [copy, shown]) rmSync(file)
  })

  test('a service whose disk is full begins no rollout, and goes on by itself when there is room', async () => {
    quick()
    mkdirSync(scene.stateFolder, { mode: 0o700 })
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m,mode=700', 'longshore-test', scene.stateFolder])
    try {
      const web = await stage('web')
      const service = scene.start('run')
      await waitUntil('it is decided', () => service.log().includes('current:'))
      const ballast = join(scene.stateFolder, 'ballast')
      fill(ballast)
      const container = (await web.inspect()).Id

      await web.push({ version: 'v2', healthcheck: false })
      await waitUntil('it is told', () => service.log().includes('STATE_UNWRITABLE'))
      expect((await web.inspect()).Id).toBe(container)
      expect(await scene.containers()).toEqual([web.name])
      rmSync(ballast)

      await waitUntil('it is rolled out', async () => (await version(web)) === 'v2')
      expect(await service.stop()).toBe(0)
      expect(service.log().match(/not backed up/g)).toHaveLength(1)
      expect(JSON.parse((await scene.run('state', 'check', '-o', 'json')).stdout)).toMatchObject({ standing: 'sound' })
    } finally {
      execFileSync('umount', ['--lazy', scene.stateFolder])
    }
  })
})

function fill(file: string): void {
  for (const sizeBytes of [65_536, 4096, 1]) {
    try {
      for (;;) appendFileSync(file, Buffer.alloc(sizeBytes))
    } catch {
      // It is full, to pieces of this size.
    }
  }
}
