import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '../services/free-port.ts'
import { describeWithServices } from '../services/shared.ts'
import { badCases, type BadCase } from './compose-gate-cases.ts'
import { forAll } from './crash-fleet.ts'
import { pass, type PassAnswer } from './stage/answers.ts'
import { recordEvents, replacementMs, type EventRecord } from './stage/compose-events.ts'
import { say, someone, told, writeFiles } from './stage/compose-fleet.ts'
import { stageProject } from './stage/compose-project.ts'
import { outlastsEnds } from './stage/gates.ts'
import { readPage } from './stage/page.ts'
import { openScene, type Scene } from './stage/scene.ts'

/** The machine may be busy: what waits for the gate's deadline takes two minutes. What was measured is printed. */
const backMaxMs = 60_000

describeWithServices('a bad version of a Compose service', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  let answer: PassAnswer
  let again: PassAnswer
  let events: EventRecord
  const staged = new Map<BadCase, Awaited<ReturnType<typeof stage>>>()

  beforeAll(async () => {
    scene = await openScene()
    scene.configure({ defaults: { gate: { stable: '300ms', minUptime: outlastsEnds } } })
    await forAll(badCases, async (each) => void staged.set(each, await stage(each)))
    await say(scene, async ({ deploy }) => {
      for (const [each, { project }] of staged) {
        if (each.isNewTag === true) await deploy(project.workload().id, 'v2', someone)
      }
    })
    events = recordEvents(scene)
    answer = await pass(scene)
    again = await pass(scene)
  })
  afterAll(() => {
    events?.stop()
    return scene?.close()
  })

  async function stage({ web, more = '', behaviour, isNewTag = false }: BadCase) {
    const project = stageProject(scene, registry)
    const port = await freePort()
    const text = `services:\n  web:\n    image: <image> # the shop\n${web}${more}`
    writeFiles(project, { 'compose.yaml': text }, { tag: 'v1', '<port>': String(port) })
    await project.push({ version: 'v1', tag: 'v1', healthInterval: 5 })
    await project.push({ version: 'db', tag: 'v1', healthcheck: false }, 'db')
    await project.byHand('up', '--detach')
    const olds = await project.instances()
    const others = await Promise.all(['sidecar', 'backup'].map((each) => project.instances(each)))
    const v2 = await project.push({ version: 'v2', tag: isNewTag ? 'v2' : 'v1', behaviour })
    const image = await project.taggedImage('web', 'v1')
    return { project, files: project.snapshot(), olds, others: others.flat(), v2, image, port }
  }

  test.each(badCases)('that $title: container, file and tag are the old ones again', async (each) => {
    const found = staged.get(each)
    if (found === undefined) throw new Error('it was not staged')
    const { project, files, olds, others, v2, image } = found
    const { outcome, code, scale = 1, isUntouched = false } = each

    const rollout = answer.rollouts.find(({ workload }) => workload === project.workload().id)
    expect(rollout, JSON.stringify(told(answer, project))).toMatchObject({ outcome, toDigest: v2.digest })
    expect(code.split('|')).toContain(rollout?.code)
    const now = await project.instances()
    // Of several, each that is replaced gets the next number from Compose.
    if (scale === 1) expect(now.map(({ Name }) => Name)).toEqual(olds.map(({ Name }) => Name))
    expect(now.length).toBe(scale)
    for (const one of now) {
      expect(one).toMatchObject({
        Image: image,
        State: { Status: 'running' },
        Config: { Image: project.image('web', 'v1') },
      })
    }
    if (isUntouched) expect(now.map(({ Id }) => Id)).toEqual(olds.map(({ Id }) => Id))
    expect(project.snapshot()).toEqual(files)
    expect(await project.taggedImage('web', 'v1')).toBe(image)
    for (const other of others) {
      const [follower] = (await Promise.all(['sidecar', 'backup'].map((name) => project.instances(name))))
        .flat()
        .filter(({ Name }) => Name === other.Name)
      expect(follower).toMatchObject({ Image: other.Image, State: { Status: 'running' } })
      const lives = [follower?.HostConfig.NetworkMode, follower?.HostConfig['VolumesFrom']]
      expect(lives.join()).toContain(now[0]?.Id)
    }

    const done = (await project.upByHand()).filter((line) => !line.includes('-job-'))
    expect(done).toEqual([])
    expect((await project.instances()).map(({ Id }) => Id)).toEqual(now.map(({ Id }) => Id))
  })

  test('is not tried again', () => {
    expect(again.rollouts.filter(({ outcome }) => outcome === 'rolled-back')).toEqual([])
    for (const [each, { project }] of staged) {
      // A tag that somebody asked for once, and that failed, is not wanted any more.
      if (each.outcome !== 'rolled-back' || each.isNewTag === true) continue
      expect(told(again, project), each.title).toMatchObject({ state: 'held', code: 'QUARANTINED' })
    }
  })

  test('that ends at once is gone soon, under each restart policy', () => {
    const ending = [...staged].filter(([{ code }]) => code === 'GATE_EXITED')
    expect(ending.length).toBe(4)
    for (const [{ title }, { project }] of ending) {
      const ms = replacementMs(events.of(project))
      process.stdout.write(`${title}: back after ${Math.round(ms)} ms\n`)
      expect(ms).toBeLessThan(backMaxMs)
    }
  })

  test('leaves the old one at its port', async () => {
    const found = [...staged].find(([{ outcome }]) => outcome === 'failed')?.[1]

    expect(await readPage(found?.port ?? 0)).toBe('v1')
  })
})
