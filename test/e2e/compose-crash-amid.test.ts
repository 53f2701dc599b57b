import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { describeWithServices } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'
import { brokenLater, brokenNow, startComposeMember, undoneByHand, type ComposeVictim } from './compose-crash-fleet.ts'
import { forAll } from './crash-fleet.ts'
import { crashTestLimitMs } from './crash-run.ts'
import { say, someone } from './stage/compose-fleet.ts'
import { outlastsEnds } from './stage/gates.ts'
import { composeProcesses, killCompose } from './stage/compose-processes.ts'
import { haltEngine, recreation, type Halt, type HaltingEngine } from './stage/halting-engine.ts'
import { crashFile } from './stage/program.ts'
import { openScene, type Scene } from './stage/scene.ts'

/** A moment in the middle of an `up`; in the second round, of the `up` that brings the old version back. */
type Moment = Omit<Halt, 'project'>

/**
 * Once who asked is dead, a request that the engine has answered is as the next one that it has not heard of: so only
 * the last stands still afterwards too.
 */
const moments: readonly Moment[] = [1, 2].flatMap((round) => [
  ...recreation.map((request) => ({ request, phase: 'before', round }) as const),
  { request: 'start', phase: 'after', round },
])

describeWithServices('kill -9 in the middle of docker compose up', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  let engine: HaltingEngine | undefined
  beforeAll(async () => {
    scene = await openScene()
  })
  afterEach(async () => {
    await engine?.close()
    engine = undefined
    await scene.reset()
  })
  afterAll(() => scene?.close())

  /** Services whose rollouts stand still at the moments, with a process that stands still with them. */
  async function stage(chosen: readonly Moment[]) {
    const victims: readonly ComposeVictim[] = await forAll(chosen, async ({ request, phase, round }) => {
      const behaviour = round === 1 ? 'healthy' : 'exits'
      const member = await startComposeMember(scene, registry, {
        shape: 'single',
        order: 'stop-first',
        behaviour,
        isNewTag: true,
      })
      return { ...member, moment: `amid up ${round}, ${phase} ${request}` }
    })
    const halts = chosen.map((each, at) => ({ ...each, project: victims[at]?.project.name ?? '' }))
    const ids = new Map(victims.map(({ olds: [old], project }) => [old.Id, project.name]))
    const listen = join(dirname(scene.configFile), 'halting.sock')
    engine = await haltEngine({ engine: scene.engine.host.slice('unix://'.length), listen }, ids, halts)
    const defaults = { gate: { minUptime: outlastsEnds } }
    scene.configure({ defaults, targets: [{ name: 'local', host: engine.host, maxParallel: 4 }] })
    await say(scene, async ({ deploy }) => {
      for (const { project } of victims) await deploy(project.workload().id, 'v2', someone)
    })
    const child = startManyAtOnce()
    const halting = engine
    let log = ''
    child.stderr?.on('data', (chunk) => (log += String(chunk)))
    const tell = () => {
      const others = victims.filter(({ project }) => !halting.halted().includes(project.name))
      return `not ${others.map(({ name, moment }) => `${name} ${moment}`).join()}\n${halting.asked().join('\n')}\n${log}`
    }
    await waitUntil('each rollout stands still', () => halting.halted().length === chosen.length, {
      limitMs: 200_000,
      hopeless: () => (child.exitCode === null ? undefined : new Error(`it ended; ${tell()}`)),
    }).catch((cause: unknown) => {
      throw new Error(tell(), { cause })
    })
    return { victims, halting, child }
  }

  /** `longshore run --once`, with no limit to the rollouts that run at once. */
  function startManyAtOnce() {
    const { configFile, stateFolder } = scene
    const args = ['{}', '--config', configFile, '--state', stateFolder, 'run', '--once']
    return spawn(process.execPath, [crashFile, ...args], {
      env: { PATH: process.env['PATH'] },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
  }

  test(
    'of Longshore and of Compose: one version runs afterwards, whole, and `up` by hand has nothing to do',
    { timeout: crashTestLimitMs },
    async () => {
      const { victims, halting, child } = await stage(moments)
      expect((await composeProcesses(halting.host)).length).toBeGreaterThanOrEqual(victims.length)
      await killCompose(halting.host)
      child.kill('SIGKILL')
      halting.drop()
      await waitUntil('Compose has died', async () => (await composeProcesses(halting.host)).length === 0)
      expect(await brokenNow(scene, victims)).toEqual([])

      const good = victims.filter(({ behaviour }) => behaviour === 'healthy')
      const bad = victims.filter(({ behaviour }) => behaviour === 'exits')
      const first = await scene.run('run', '--once')
      expect(await brokenLater(scene, good, ['v1', 'v2']), first.stderr).toEqual([])
      expect(await brokenLater(scene, bad, ['v1']), first.stderr).toEqual([])

      const second = await scene.run('run', '--once')
      expect(await brokenLater(scene, good, ['v2']), second.stderr).toEqual([])
      expect(await brokenLater(scene, bad, ['v1']), second.stderr).toEqual([])
      expect(await undoneByHand(victims)).toEqual([])
    },
  )

  test('of Longshore alone: its successor waits for the Compose that is still at work', async () => {
    const { victims, halting, child } = await stage([{ request: 'remove', phase: 'before', round: 1 }])
    child.kill('SIGKILL')
    const [victim] = victims
    const recovery = scene.start('run', '--once')
    await waitUntil('the successor goes on with the rollout', () => recovery.log().includes('left at J4'))
    const made = (await victim?.project.instances())?.find(({ State }) => State.Status === 'created')
    expect((await composeProcesses(halting.host)).length).toBeGreaterThan(0)

    halting.release(victim?.project.name ?? '')
    const { code, stderr } = await recovery.ended

    expect(code, stderr).toBe(0)
    // What the one that stood still had made runs now; no second one was let near it.
    expect((await victim?.project.instance())?.Id).toBe(made?.Id)
    expect(stderr.match(/succeeded|failed/g)).toEqual(['succeeded'])
    expect(await brokenLater(scene, victims, ['v2']), stderr).toEqual([])
    expect(await undoneByHand(victims)).toEqual([])
  })
})
