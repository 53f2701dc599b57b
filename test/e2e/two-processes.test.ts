import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { freePort } from '../services/free-port.ts'
import { describeWithServices } from '../services/shared.ts'
import { at } from './stage/moments.ts'
import { startLongshore, type LongshoreResult, type OnMoment, type RunningLongshore } from './stage/longshore.ts'
import type { PassAnswer } from './stage/answers.ts'
import { readPage } from './stage/page.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload } from './stage/workload.ts'

describeWithServices('two processes with states of their own on one engine', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene()
  })
  afterEach(() => scene.reset())
  afterAll(() => scene?.close())

  async function stageChange() {
    const web = stageWorkload(scene, registry)
    const port = await freePort()
    await web.push({ version: 'v1', healthcheck: false })
    await web.start('--restart', 'unless-stopped', '--publish', `127.0.0.1:${port}:8080`)
    await web.push({ version: 'v2', healthcheck: false })
    return { web, port }
  }

  const passOver = (state: string, onMoment?: OnMoment): RunningLongshore =>
    startLongshore(['run', '--once', '--output', 'json'], {
      config: scene.configFile,
      state: join(scene.stateFolder, state),
      onMoment,
    })

  const rolloutsOf = ({ stdout }: LongshoreResult): PassAnswer['rollouts'] =>
    (JSON.parse(stdout) as PassAnswer).rollouts // our own output

  test('one of them rolls out, and the other leaves it alone', async () => {
    const { web, port } = await stageChange()
    let waiting = 2
    const all = Promise.withResolvers<void>()
    const together = () => {
      waiting -= 1
      if (waiting === 0) all.resolve()
      return all.promise
    }

    const both = [passOver('one', at('before', 'create', together)), passOver('two', at('before', 'create', together))]
    const ended = await Promise.all(both.map((each) => each.ended))

    const outcomes = ended.flatMap((each) => rolloutsOf(each).map(({ outcome }) => outcome))
    // The other is refused the name, or finds by then that the old version was stopped.
    const isLeft = (outcome: string | null) => outcome === 'failed' || outcome === 'superseded'
    expect(outcomes).toHaveLength(2)
    expect(outcomes.filter((each) => each === 'succeeded')).toHaveLength(1)
    expect(outcomes.filter(isLeft)).toHaveLength(1)
    expect(await scene.containers()).toEqual([web.name, `${web.name}.longshore-prev`])
    expect(await readPage(port)).toBe('v2')
  })

  test('one that starts in the middle of a rollout of the other loses nothing', async () => {
    const { web, port } = await stageChange()

    const first = await passOver(
      'one',
      at('after', 'stop-old', async () => {
        expect(rolloutsOf(await passOver('two').ended)).toMatchObject([{ outcome: 'abandoned' }])
        expect(await readPage(port)).toBe('v1')
      }),
    ).ended

    expect(rolloutsOf(first)).toMatchObject([{ outcome: 'superseded' }])
    expect(await scene.containers()).toEqual([web.name])
    expect((await web.inspect()).HostConfig.RestartPolicy.Name).toBe('unless-stopped')
    expect(await readPage(port)).toBe('v1')
  })
})
