import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { tryRun } from '../services/command.ts'
import { pushImage } from '../services/images.ts'
import { describeWithServices, uniqueName } from '../services/shared.ts'
import { compareDocument, table, unknownCell } from './option-document.ts'
import { optionNames, serviceOptions, sinceApi146, withoutCase } from './service-option-cases.ts'
import { pass, type PassAnswer } from './stage/answers.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { initSwarm, postService, removeServices } from './stage/swarm.ts'

const nowhere = { secret: 'key', config: 'settings', network: 'mesh', envFile: '/folder/env' }
const shown = serviceOptions(nowhere)
const found = new Map<number, string>()

describeWithServices('options of docker service create', ({ registryAddress }) => {
  let scene: Scene
  let told: PassAnswer
  const names = shown.map((_, place) => `option-${place}`)
  const before = new Map<string, string>()
  const spec = (name: string) => scene.docker('service', 'inspect', name, '--format', '{{json .Spec}}')
  const repository = uniqueName('options')
  const push = (version: string) => pushImage({ address: registryAddress }, { repository, version })
  let digests: readonly [string, string]

  const isSinceApi146 = (options: readonly string[]) => options[0] === sinceApi146.options[0]

  /** As the command would have it created: the first case, with what it would have written. */
  async function createAsWritten(name: string): Promise<void> {
    const plain = JSON.parse(before.get(names[0] ?? '') ?? '{}')
    const { TaskTemplate } = plain
    const ContainerSpec = { ...TaskTemplate.ContainerSpec, ...sinceApi146.written }
    await postService(scene, { ...plain, Name: name, TaskTemplate: { ...TaskTemplate, ContainerSpec } })
  }

  beforeAll(async () => {
    scene = await openScene()
    await initSwarm(scene)
    scene.configure({ targets: [{ name: 'local', host: scene.engine.host, maxParallel: 20, maxChanges: 'off', brake: false }] }) // prettier-ignore
    const envFile = join(scene.stateFolder, '../env')
    writeFileSync(envFile, 'MINE=1\n')
    await scene.docker('secret', 'create', nowhere.secret, envFile)
    await scene.docker('config', 'create', nowhere.config, envFile)
    await scene.docker('network', 'create', '--driver', 'overlay', nowhere.network)
    const v1 = await push('v1')
    for (const [place, options] of serviceOptions({ ...nowhere, envFile }).entries()) {
      // Without tasks: what is looked at is the specification, and no node has what all of them would need.
      const none = options.includes('global') ? [] : ['--replicas', '0']
      const watched = ['watch=true', 'stopped=update', 'jobs=start'].flatMap((each) => ['--label', `longshore.${each}`])
      const name = names[place] ?? ''
      if (isSinceApi146(options)) await createAsWritten(name)
      else {
        const args = ['service', 'create', '--detach', '--name', name, ...none, ...watched, ...options]
        await scene.docker(...args, v1.reference)
      }
      before.set(name, await spec(name))
    }
    digests = [v1.digest, (await push('v2')).digest]
    told = await pass(scene)
  })
  afterAll(async () => {
    if (scene === undefined) return
    await removeServices(scene)
    await scene.close()
  })

  test.each(shown.map((options, place) => ({ title: options.join(' '), options, place })))(
    'keeps $title',
    async ({ options, place }) => {
      const name = names[place] ?? ''
      const [old, next] = digests
      const was = before.get(name) ?? ''

      const is = await spec(name)

      expect(told.rollouts.find(({ workload }) => workload === `local/swarm/${name}`)?.outcome).toBe('succeeded')
      // One that was made without asking for the digest is told it now.
      expect(is.replace(`:latest@${next}`, ':latest')).toBe(was.replace(`:latest@${old}`, ':latest'))
      expect(is).toContain(`:latest@${next}`)
      // An engine that does not know it has forgotten it before anybody could read it.
      const isForgotten = isSinceApi146(options) && !was.includes('OomScoreAdj')
      found.set(place, isForgotten ? 'forgotten' : 'kept')
    },
  )

  test('an option that this engine forgets is one that its command does not take there', async () => {
    const place = shown.findIndex(isSinceApi146)
    const asked = scene.docker('service', 'create', '--detach', '--replicas', '0', ...sinceApi146.options, 'nothing')

    if (found.get(place) === 'forgotten') await expect(asked).rejects.toThrow('requires API version 1.46')
    else await expect(asked).resolves.toBeDefined()
  })

  test('the cases cover every option of the command', async () => {
    const { stdout: help } = await tryRun('docker', ['service', 'create', '--help'])
    const known = [...help.matchAll(/^\s+(?:-\w, )?--([a-z0-9-]+)/gm)].map(([, option]) => option ?? '')
    const covered = new Set(shown.flatMap(optionNames))

    expect(known.length).toBeGreaterThan(60)
    expect(known.filter((option) => !covered.has(option) && !withoutCase.has(option))).toEqual([])
  })

  test('docs/option-table.md says what this run found', async () => {
    const rows = shown.map((options, place) => [
      `\`${options.length === 0 ? 'nothing' : options.join(' ')}\``,
      found.get(place) ?? unknownCell,
    ])
    const { is, shouldBe } = await compareDocument('services', table(['option', 'engine 26.1'], rows))

    expect(is).toBe(shouldBe)
  })
})
