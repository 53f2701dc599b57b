import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWithServices } from '../services/shared.ts'
import { digestCases, type DigestCase } from './compose-digest-cases.ts'
import { forAll } from './crash-fleet.ts'
import type { PassAnswer } from './stage/answers.ts'
import { lastingSettings, told, writeFiles } from './stage/compose-fleet.ts'
import { stageProject } from './stage/compose-project.ts'
import { startLongshore } from './stage/longshore.ts'
import { openScene, type Scene } from './stage/scene.ts'

/** Each would change what runs, or how Compose is called, if it were passed on. */
const ownEnvironment = {
  TAG: 'v2',
  COLOR: 'red',
  WHOLE: 'wrong',
  REPOSITORY: 'wrong',
  COMPOSE_FILE: '/nowhere/compose.yaml',
  COMPOSE_PROJECT_NAME: 'other',
  COMPOSE_PROFILES: 'other',
  COMPOSE_ENV_FILES: '/nowhere/.env',
  COMPOSE_REMOVE_ORPHANS: '1',
}

describeWithServices('a digest that moves under the tag of a Compose service', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  let answer: PassAnswer
  const staged = new Map<DigestCase, Awaited<ReturnType<typeof stage>>>()
  let twins: readonly Awaited<ReturnType<typeof stage>>[] = []

  beforeAll(async () => {
    scene = await openScene()
    scene.configure({ defaults: { gate: { minUptime: '300ms' } } })
    await forAll(digestCases, async (each) => void staged.set(each, await stage(each)))
    twins = await stageTwins()
    // All at once, with everything that our own environment could do wrong.
    const files = { config: scene.configFile, state: scene.stateFolder }
    const env = { ...ownEnvironment, DOCKER_HOST: scene.engine.host }
    const { stdout, stderr } = await startLongshore(['run', '--once', '--output', 'json'], { ...files, env }).ended
    answer = JSON.parse(stdout || `{"failures":${JSON.stringify(stderr)}}`) as PassAnswer // our own output
  })
  afterAll(() => scene?.close())

  async function stage({ files, settings, up = [] }: Omit<DigestCase, 'title'>) {
    const project = stageProject(scene, registry, settings)
    writeFiles(project, files)
    await project.push({ version: 'v1', healthcheck: false })
    await project.push({ version: 'db', healthcheck: false }, 'db')
    await project.byHand('up', '--detach', ...up)
    const old = await project.instance()
    const v2 = await project.push({ version: 'v2', healthcheck: false })
    return { project, files: project.snapshot(), old, v2, up }
  }

  /** Two projects of the same files in one folder: one tag of the engine names what both run. */
  async function stageTwins() {
    const one = await stage({ files: { 'compose.yaml': 'services:\n  web:\n    image: <image>\n    <watch>\n' } })
    const project = stageProject(scene, registry, { folder: one.project.folder })
    await project.byHand('up', '--detach')
    return [one, { ...one, project, old: await project.instance() }]
  }

  async function expectMoved({ project, files, old, v2, up }: Awaited<ReturnType<typeof stage>>): Promise<void> {
    expect(told(answer, project), JSON.stringify(told(answer, project))).toMatchObject({
      outcome: 'succeeded',
      toDigest: v2.digest,
    })
    const now = await project.instance()
    expect(now.Image).toBe(v2.configDigest)
    expect(lastingSettings(now)).toEqual(lastingSettings(old))
    expect(project.snapshot()).toEqual(files)

    // Compose runs a finished job again at every `up`.
    const done = (await project.upByHand(...up)).filter((line) => !line.includes('-job-'))
    expect(done).toEqual([])
    expect((await project.instance()).Id).toBe(now.Id)
  }

  test.each(digestCases)('$title: runs, touches no file, and leaves `up` by hand nothing to do', async (each) => {
    const found = staged.get(each)
    if (found === undefined) throw new Error('it was not staged')

    await expectMoved(found)
  })

  test('in two projects of one folder: each runs it', async () => {
    for (const each of twins) await expectMoved(each)

    expect((await twins[0]?.project.instance())?.Id).not.toBe((await twins[1]?.project.instance())?.Id)
  })

  test('takes nothing from our own environment', async () => {
    const found = [...staged].find(([{ title }]) => title.startsWith('with variables'))?.[1]

    const now = await found?.project.instance()

    expect(now?.Config.Env).toEqual(expect.arrayContaining(['C=blue', 'VERSION=v2']))
  })
})
