import { appendFileSync, rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Behaviour } from '../services/image-content.ts'
import { describeWithServices } from '../services/shared.ts'
import { forAll } from './crash-fleet.ts'
import { startCrashRun } from './crash-run.ts'
import { pass, status } from './stage/answers.ts'
import { fillIn, say, someone, told, writeFiles } from './stage/compose-fleet.ts'
import { stageProject, type StagedProject } from './stage/compose-project.ts'
import { outlastsEnds } from './stage/gates.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { readState } from './stage/state.ts'

/** What a person does in the middle of a rollout. */
interface Intervention {
  readonly title: string
  readonly moment: string
  readonly act: (project: StagedProject, docker: Scene['docker']) => Promise<unknown> | void
  readonly behaviour?: Behaviour
  readonly isNewTag?: boolean
  readonly outcome: string
  readonly code: string
  readonly sentence?: RegExp
  /** Version that runs afterwards, and the tag in the file; null where nothing runs. */
  readonly runs: 'v1' | 'v2' | null
  readonly written: 'v1' | 'v2'
  /** What stands at the end of the file. */
  readonly added?: string
  /** Whether a plain `up` by hand would change something, since the person's own change is not in force. */
  readonly isUndone?: boolean
}

const gate = 'J4 up after'
const edit = (text: string) => (project: StagedProject) => appendFileSync(project.path('compose.yaml'), text)
const comment = '# see the wiki\n'
const setting = '    environment: { NEW: "1" }\n'

const interventions: readonly Intervention[] = [
  {
    title: 'edits another line during the gate, which then fails',
    moment: gate,
    act: edit(setting),
    behaviour: 'exits',
    isNewTag: true,
    outcome: 'rolled-back',
    code: 'GATE_EXITED',
    sentence: /compose\.yaml/,
    runs: 'v1',
    written: 'v2',
    added: setting,
    isUndone: true,
  },
  {
    title: 'edits another line during the gate, which then passes',
    moment: gate,
    act: edit(setting),
    isNewTag: true,
    outcome: 'succeeded',
    code: 'GATE_PASSED_WEAK',
    runs: 'v2',
    written: 'v2',
    added: setting,
    isUndone: true,
  },
  {
    title: 'edits a comment just before we edit the file',
    moment: 'J3 edit before',
    act: edit(comment),
    isNewTag: true,
    outcome: 'succeeded',
    code: 'GATE_PASSED_WEAK',
    runs: 'v2',
    written: 'v2',
    added: comment,
  },
  {
    title: 'edits a setting just before we edit the file',
    moment: 'J3 edit before',
    act: edit(setting),
    isNewTag: true,
    outcome: 'superseded',
    code: 'EDITED_BY_HAND',
    runs: 'v1',
    written: 'v1',
    added: setting,
    isUndone: true,
  },
  {
    title: 'takes the project down during the gate',
    moment: gate,
    act: (project) => project.byHand('down', '--timeout', '0'),
    outcome: 'superseded',
    code: 'REMOVED_BY_HAND',
    runs: null,
    written: 'v1',
    isUndone: true,
  },
  {
    title: 'stops it during the gate',
    moment: gate,
    act: (project) => project.byHand('stop', '--timeout', '0'),
    outcome: 'superseded',
    code: 'STOPPED_BY_HAND',
    runs: null,
    written: 'v1',
    isUndone: true,
  },
  {
    title: 'brings it up by hand during the gate',
    moment: gate,
    act: (project) => project.byHand('up', '--detach'),
    isNewTag: true,
    outcome: 'succeeded',
    code: 'GATE_PASSED_WEAK',
    runs: 'v2',
    written: 'v2',
  },
  {
    title: 'removes the tag of the old image during the gate, which then fails',
    moment: gate,
    act: (project, docker) => docker('image', 'rm', project.image('web', 'v1')),
    behaviour: 'exits',
    isNewTag: true,
    outcome: 'rolled-back',
    code: 'GATE_EXITED',
    runs: 'v1',
    written: 'v1',
  },
]

describeWithServices('a person who, in the middle of a Compose rollout,', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  const staged = new Map<Intervention, Awaited<ReturnType<typeof stage>>>()

  beforeAll(async () => {
    scene = await openScene()
    scene.configure({ defaults: { gate: { minUptime: outlastsEnds } } })
    await forAll(interventions, async (each) => void staged.set(each, await stage(each)))
    await say(scene, async ({ deploy }) => {
      for (const [each, { project }] of staged) {
        if (each.isNewTag === true) await deploy(project.workload().id, 'v2', someone)
      }
    })
    const meanwhile = Object.fromEntries(
      [...staged].map(([{ moment, act }, { project }]) => {
        let isDone = false
        // A rollout that is planned anew comes to the moment again.
        const once = async () => {
          if (!isDone) await act(project, scene.docker)
          isDone = true
        }
        return [`${project.name}/web`, { moment, act: once }]
      }),
    )
    await startCrashRun(scene, { meanwhile }).ended()
  })
  afterAll(() => scene?.close())

  const file =
    'services:\n  web:\n    image: <image>\n    network_mode: none\n    restart: unless-stopped\n    <watch>\n'

  async function stage({ behaviour = 'healthy', isNewTag = false }: Partial<Intervention>) {
    const project = stageProject(scene, registry)
    writeFiles(project, { 'compose.yaml': file }, { tag: 'v1' })
    await project.push({ version: 'v1', tag: 'v1', healthcheck: false })
    await project.byHand('up', '--detach')
    const old = await project.instance()
    const tag = isNewTag ? 'v2' : 'v1'
    const v2 = await project.push({ version: 'v2', tag, behaviour, healthcheck: false })
    return { project, old, v2 }
  }

  const latest = ({ project }: { project: StagedProject }) =>
    readState(scene, async (store) => (await store.rollouts(project.workload().id, 1))[0])

  test.each(interventions)('$title', async (each) => {
    const found = staged.get(each)
    if (found === undefined) throw new Error('it was not staged')
    const { project, old, v2 } = found
    const { outcome, code, sentence = /./, runs, written, added = '', isUndone = false } = each

    const rollout = await latest(found)
    expect(rollout, JSON.stringify(rollout)).toMatchObject({
      stage: 'ended',
      outcome,
      reason: { code, sentence: expect.stringMatching(sentence) },
    })
    expect(project.read('compose.yaml').toString()).toBe(fillIn(project, file, { tag: written }) + added)
    expect(Object.keys(project.snapshot())).toEqual(['compose.yaml'])
    const running = (await project.instances()).filter(({ State }) => State.Running)
    const image = runs === 'v2' ? v2.configDigest : old.Image
    expect(running.map(({ Image }) => Image)).toEqual(runs === null ? [] : [image])
    if (runs === 'v1') expect(running[0]?.Config.Image).toBe(project.image('web', 'v1'))
    if (!isUndone) expect(await project.upByHand()).toEqual([])
  })

  test('restarts the engine: the gate begins afresh, and the new version stays', async () => {
    const { project, v2 } = await stage({})
    const act = () => scene.engine.restart()
    await startCrashRun(scene, { meanwhile: { [`${project.name}/web`]: { moment: gate, act } } }).ended()

    expect(await latest({ project })).toMatchObject({ stage: 'ended', outcome: 'succeeded' })
    expect((await project.instance()).Image).toBe(v2.configDigest)
    expect(await project.upByHand()).toEqual([])
  })

  test('loses our state: everything is held until resume, then goes on', async () => {
    const { project, v2 } = await stage({})
    await pass(scene)
    expect((await project.instance()).Image).toBe(v2.configDigest)
    const v3 = await project.push({ version: 'v3', tag: 'v1', healthcheck: false })
    rmSync(scene.stateFolder, { recursive: true })

    const held = await pass(scene)

    expect(held.rollouts).toEqual([])
    expect(told(held, project)).toMatchObject({ state: 'held', code: 'STATE_LOST' })
    expect((await status(scene)).hold).toMatchObject({ reason: expect.stringContaining(project.workload().id) })
    expect((await project.instance()).Image).toBe(v2.configDigest)

    expect((await scene.run('resume')).code).toBe(0)
    expect(await latest({ project })).toMatchObject({ stage: 'ended', outcome: 'succeeded', digest: v3.digest })
    expect((await project.instance()).Image).toBe(v3.configDigest)
  })
})
