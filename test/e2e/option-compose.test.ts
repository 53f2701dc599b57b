import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ContainerInspect } from '../../src/clients/docker/shapes.ts'
import type { InspectedContainer } from '../services/docker.ts'
import { startEngine } from '../services/engine.ts'
import { startOlderEngine } from '../services/older-engine.ts'
import { describeWithServices } from '../services/shared.ts'
import { composeOptions, composeSurroundings } from './option-cases-compose.ts'
import { anonymousVolumes, decidedByUser } from './option-compare.ts'
import { compareDocument, table, unknownCell } from './option-document.ts'
import { pass } from './stage/answers.ts'
import { lastingSettings, told } from './stage/compose-fleet.ts'
import { stageProject, type StagedProject } from './stage/compose-project.ts'
import { openScene, type Scene } from './stage/scene.ts'

const engines = [
  { name: '26.1', start: startEngine },
  { name: '20.10', start: startOlderEngine },
] as const
const services = Object.keys(composeOptions(''))
const image = { entrypoint: ['/app'], cmd: [], env: { PORT: '' } }
const kept = new Set<string>()

describeWithServices('options in a Compose file', ({ registryAddress }) => {
  const registry = { address: registryAddress }

  describe.each(engines)('on engine $name', ({ name, start }) => {
    let scene: Scene
    let project: StagedProject
    beforeAll(async () => {
      scene = await openScene({}, start)
      project = stageProject(scene, registry)
      project.write('env', 'MINE=1\n')
      const defined = Object.entries(composeOptions(project.folder)).map(([service, options]) => [
        service,
        { ...options, image: project.image(service), labels: { 'longshore.watch': 'true', maker: 'me' } },
      ])
      project.write('compose.yaml', JSON.stringify({ services: Object.fromEntries(defined), ...composeSurroundings }))
      for (const service of services) await project.push({ version: 'v1', ...image }, service)
      await project.byHand('up', '--detach')
    })
    afterAll(() => scene?.close())

    test('survive a rollout', async () => {
      const before = await look()
      const lasting = new Map<string, unknown>()
      for (const service of services) {
        lasting.set(service, lastingSettings(await project.instance(service)))
        await project.push({ version: 'v2', ...image, labels: { version: '2' } }, service)
      }

      const answer = await pass(scene)

      const after = await look()
      for (const service of services) {
        const [was, is] = [before.get(service), after.get(service)]
        if (was === undefined || is === undefined) throw new Error(`${service} was looked at`)
        expect(told(answer, project, service), service).toMatchObject({ outcome: 'succeeded' })
        expect(is.Id).not.toBe(was.Id)
        expect(decidedByUser(is), service).toEqual(decidedByUser(was))
        expect(anonymousVolumes(is)).toEqual(anonymousVolumes(was))
        expect(lastingSettings(await project.instance(service))).toMatchObject({
          ...Object(lasting.get(service)),
          labels: { maker: 'me', version: '2' },
        })
        expect(is.Config.Env).toContain('VERSION=v2')
      }
      kept.add(name)
    })

    /** All containers by service. Where one names another by its id, or is named after it, the service is written instead. */
    async function look(): Promise<ReadonlyMap<string, ContainerInspect>> {
      const instances = new Map<string, InspectedContainer>()
      for (const service of services) instances.set(service, await project.instance(service))
      const named = [...instances].map(([service, own]): [string, ContainerInspect] => {
        const others = [...instances].filter(([, { Id }]) => Id !== own.Id)
        const text = others.reduce(
          (all, [other, { Id }]) => all.replaceAll(Id, other).replaceAll(Id.slice(0, 12), other),
          JSON.stringify(own),
        )
        // The engine's own answer, of which `InspectedContainer` names a part.
        return [service, JSON.parse(text) as ContainerInspect]
      })
      return new Map(named)
    }
  })

  test('docs/option-table.md says what this run found', async () => {
    const keys = [...new Set(Object.values(composeOptions('')).flatMap((options) => Object.keys(options)))].toSorted()
    const cells = engines.map(({ name }) => (kept.has(name) ? 'kept' : unknownCell))
    const head = ['key of a service', ...engines.map(({ name }) => `engine ${name}`)]
    const rows = keys.map((key) => [`\`${key}\``, ...cells])

    const { is, shouldBe } = await compareDocument('compose', table(head, rows))

    expect(is).toBe(shouldBe)
  })
})
