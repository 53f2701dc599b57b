import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { InspectedContainer } from '../services/docker.ts'
import { describeWithServices } from '../services/shared.ts'
import { plainService, refusals, type Refusal } from './compose-refusal-cases.ts'
import { forAll } from './crash-fleet.ts'
import { pass, type PassAnswer } from './stage/answers.ts'
import { say, someone, told, writeFiles } from './stage/compose-fleet.ts'
import { stageProject, type StagedProject } from './stage/compose-project.ts'
import { openScene, type Scene } from './stage/scene.ts'

describeWithServices('a Compose service that cannot be rolled out', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  let answer: PassAnswer
  const staged = new Map<Refusal, Awaited<ReturnType<typeof stage>>>()
  const folders = () => ({
    inside: join(dirname(scene.configFile), 'in'),
    outside: join(dirname(scene.configFile), 'out'),
  })

  beforeAll(async () => {
    scene = await openScene()
    for (const each of Object.values(folders())) mkdirSync(each)
    scene.configure({ compose: { roots: [folders().inside] } })
    await forAll(refusals, async (each) => void staged.set(each, await stage(each)))
    await say(scene, async ({ deploy }) => {
      for (const [each, { project }] of staged) {
        if (each.isNewTag === true) await deploy(project.workload().id, 'v2', someone)
      }
    })
    answer = await pass(scene)
  })
  afterAll(async () => {
    // An engine cannot be ended while a container of it is paused.
    await scene?.reset()
    await scene?.close()
  })

  async function stage({ files = { 'compose.yaml': plainService }, env = {}, isOutside = false, since }: Refusal) {
    const name = `refused-${staged.size}-${Math.random().toString(36).slice(2, 8)}`
    const { inside, outside } = folders()
    const project = stageProject(scene, registry, { name, folder: join(isOutside ? outside : inside, name), env })
    const { digest } = await project.push({ version: 'v1', healthcheck: false })
    await project.push({ version: 'db', healthcheck: false }, 'db')
    writeFiles(project, files, { '<digest>': digest })
    await project.byHand('up', '--detach')
    await project.push({ version: 'v2', healthcheck: false })
    await project.push({ version: 'v2', tag: 'v2', healthcheck: false })
    await since?.({ project, docker: scene.docker, outside })
    return { project, files: project.snapshot(), old: await project.instance(), image: await tagged(project) }
  }

  /** Null where no tag is on the engine. */
  const tagged = (project: StagedProject) => project.taggedImage().catch(() => null)

  const stateOf = ({ Id, Image, State: { Status, StartedAt, FinishedAt } }: InspectedContainer) => {
    return { Id, Image, Status, StartedAt, FinishedAt }
  }

  test.each(refusals)('$title: is left alone, and it says why', async (each) => {
    const found = staged.get(each)
    if (found === undefined) throw new Error('it was not staged')
    const { project, files, old, image } = found

    expect(told(answer, project)).toMatchObject({ code: each.code, reason: expect.stringMatching(each.sentence) })
    expect(stateOf(await project.instance())).toEqual(stateOf(old))
    expect(await tagged(project)).toBe(image)
    expect(project.snapshot()).toEqual(files)
  })

  test('built from a folder: is left alone, and it says why', async () => {
    // As `docker compose build` leaves it: an image of the engine's own, under the service's name.
    const project = stageProject(scene, registry, { folder: join(folders().inside, 'built') })
    writeFiles(project, { 'compose.yaml': 'services:\n  web:\n    build: .\n    command: [/app]\n    <watch>\n' })
    const { reference } = await project.push({ version: 'v1', healthcheck: false })
    const made = await scene.docker('create', reference)
    await scene.docker('commit', made, `${project.name}-web:latest`)
    await project.byHand('up', '--detach', '--no-build')

    const found = told(await pass(scene), project)

    expect(found).toMatchObject({ state: 'ignored', code: 'BUILT_HERE', reason: expect.stringMatching(/no `image:`/) })
  })
})
