import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { describeWithServices } from '../services/shared.ts'
import { waitUntil } from '../services/wait.ts'
import { about, pass } from './stage/answers.ts'
import { fillIn } from './stage/compose-fleet.ts'
import { composeProcesses, killCompose } from './stage/compose-processes.ts'
import { stageProject } from './stage/compose-project.ts'
import { haltEngine, type HaltingEngine } from './stage/halting-engine.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { startAgain } from './stage/start-again.ts'

const text = `services:
  vpn:
    image: <image>
    network_mode: none
    labels: { longshore.watch: "true" }
  web:
    image: <image>
    network_mode: "service:vpn"
    environment: { PORT: "" }
    labels: { longshore.watch: "true" }
`

describeWithServices('a Compose service that is made again to follow another', ({ registryAddress }) => {
  let scene: Scene
  let halting: HaltingEngine | undefined
  beforeAll(async () => {
    scene = await openScene()
  })
  afterEach(async () => {
    await halting?.close()
    halting = undefined
    await scene.reset()
  })
  afterAll(() => scene?.close())

  test.each(['remove', 'rename', 'start'] as const)(
    'runs again after its Compose was killed before it asked to %s, and stays down once a person stops it',
    async (request) => {
      const project = stageProject(scene, { address: registryAddress })
      project.write('compose.yaml', fillIn(project, text))
      await project.push({ version: 'v1', healthcheck: false })
      await project.byHand('up', '--detach')
      await startAgain(scene, `${project.name}-vpn-1`)
      const { Id } = await project.instance()
      const engine = await haltEngine(
        {
          engine: scene.engine.host.slice('unix://'.length),
          listen: join(dirname(scene.configFile), 'halting.sock'),
        },
        new Map([[Id, project.name]]),
        [{ project: project.name, request, phase: 'before', round: 1 }],
      )
      halting = engine
      const gate = { stable: '300ms', minUptime: '500ms' }
      scene.configure({ defaults: { gate }, targets: [{ name: 'local', host: engine.host }] })
      const cutOff = scene.start('run', '--once')
      await waitUntil('Compose stands still', () => engine.halted().length > 0, { limitMs: 60_000 })
      await killCompose(engine.host)
      engine.drop()
      await waitUntil('Compose has died', async () => (await composeProcesses(engine.host)).length === 0)
      await cutOff.ended

      const again = await pass(scene)

      const [web, ...others] = await project.instances()
      expect(web?.State.Status, JSON.stringify(about(again, project.workload()))).toBe('running')
      expect(others).toEqual([])
      expect(web?.Name).toBe(`/${project.name}-web-1`)

      await project.byHand('stop', '--timeout', '0', 'web')
      expect(about(await pass(scene), project.workload())).toMatchObject({ code: 'STOPPED' })
    },
  )
})
