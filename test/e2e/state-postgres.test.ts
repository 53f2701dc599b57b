import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { EffectKind } from '../../src/rollout/rollout.ts'
import { ensureInstalled } from '../services/install.ts'
import { startPostgres, type Postgres } from '../services/postgres.ts'
import { describeWithServices } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'
import { at, crash } from './stage/moments.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload, type StagedWorkload } from './stage/workload.ts'

describeWithServices('a state in PostgreSQL', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  let server: Postgres
  let databases = 0
  let place: readonly string[]

  beforeAll(async () => {
    await ensureInstalled(['postgres'], (line) => void process.stdout.write(`${line}\n`))
    server = await startPostgres()
    scene = await openScene()
  })
  beforeEach(async () => {
    databases += 1
    await server.sql(`create database state${databases}`)
    const state = server.url(`state${databases}`)
    scene.configure({ state, stateFolder: scene.stateFolder })
    place = ['--state', state]
  })
  afterEach(() => scene.reset())
  afterAll(async () => {
    await scene?.close()
    await server?.stop()
  })

  async function stageChange(): Promise<StagedWorkload> {
    const web = stageWorkload(scene, registry)
    await web.push({ version: 'v1', healthcheck: false })
    await web.start('--restart', 'unless-stopped')
    await web.push({ version: 'v2', healthcheck: false })
    return web
  }

  async function serves({ inspect }: StagedWorkload): Promise<string> {
    const { State, Config } = await inspect()
    const version = Config.Env?.find((each) => each.startsWith('VERSION='))?.slice('VERSION='.length)
    return `${version} is ${State.Status}`
  }
  const ends = async () => {
    const database = `state${databases}`
    return (await server.sql("select string_agg(outcome, ',' order by created_at) from rollouts", database)).split(',')
  }

  test('a rollout goes on after kill -9 in its middle, while the server was restarted', async () => {
    const web = await stageChange()
    const killed = scene.observe(
      ['run', ...place],
      at('after', 'stop-old', async (self) => {
        await server.halt('crash')
        crash(self)
      }),
    )
    expect((await killed.ended).signal).toBe('SIGKILL')
    await server.start()

    const { code, stderr } = await scene.run('run', '--once', ...place)

    expect(code, stderr).toBe(0)
    expect(await serves(web)).toBe('v2 is running')
    expect(await ends()).toEqual(['succeeded'])
    expect(await scene.containers()).toContain(web.name)

    // With an empty database, while our labels are on the containers (I9).
    await server.sql('create database emptied')
    const emptied = ['--state', server.url('emptied')]
    await scene.run('run', '--once', ...emptied)
    const { stdout: told } = await scene.run('status', '--output', 'json', ...emptied)
    expect(JSON.parse(told)).toMatchObject({ hold: { code: 'STATE_LOST' } })
  })

  /** A service whose server goes away after an effect of a rollout. */
  async function startAndLose(effect: EffectKind, how: Parameters<typeof server.halt>[0]) {
    let isAway = false
    const lose = async () => {
      await server.halt(how)
      isAway = true
    }
    const service = scene.observe(['run', ...place], at('after', effect, lose))
    await waitUntil('the server is away', () => isAway)
    return service
  }

  test('a version serves while the server is away, and the service writes down by itself what came of it when it is back', async () => {
    const web = await stageChange()
    const service = await startAndLose('stop-old', 'shut down')
    await waitUntil('a version serves without the state', async () => (await serves(web)).endsWith('running'))
    await waitUntil('that is said', () => service.log().includes('STATE_UNAVAILABLE'))
    await server.start()
    await waitUntil('how it ended is known', async () => (await ends()).at(-1) === 'failed', { limitMs: 30_000 })

    expect(await serves(web)).toBe('v1 is running')
    expect(await service.stop()).toBe(0)
    expect((await scene.run('status', ...place)).code).toBe(0)
  })

  test('a version at its gate is waited for while the server is away, and passes when it is back', async () => {
    const web = await stageChange()
    const service = await startAndLose('start-new', 'crash')
    // Said by the loop after it has tried for longer than a gate of a second takes.
    await waitUntil('that is said', () => service.log().includes('STATE_UNAVAILABLE'))
    expect(await serves(web)).toBe('v2 is running')
    await server.start()
    await waitUntil('it has passed', async () => (await ends()).at(-1) === 'succeeded', { limitMs: 30_000 })

    expect(await ends()).toEqual(['succeeded'])
    expect(await serves(web)).toBe('v2 is running')
    expect(await service.stop()).toBe(0)
  })
})
