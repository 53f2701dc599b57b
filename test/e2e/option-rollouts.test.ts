import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ContainerInspect } from '../../src/clients/docker/shapes.ts'
import { run as runProgram } from '../services/command.ts'
import { startEngine } from '../services/engine.ts'
import { olderDocker, startOlderEngine } from '../services/older-engine.ts'
import { makePrivateFolder } from '../services/private-folder.ts'
import { describeWithServices } from '../services/shared.ts'
import type { OptionCase } from './option-case.ts'
import { manyOptions, optionGroups } from './option-cases.ts'
import { anonymousVolumes, decidedByUser, wordForWord } from './option-compare.ts'
import { drawFrom, drawTogether, isKnownTo, spread } from './option-draw.ts'
import { makeSubjects, nameSubjects } from './option-subjects.ts'
import { pass } from './stage/answers.ts'
import { outlastsEnds } from './stage/gates.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { stageWorkload, type StagedWorkload } from './stage/workload.ts'

/** One container of many options, and how it is replaced. */
interface Loaded {
  readonly web: StagedWorkload
  readonly given: OptionCase
}

const engines = [
  { name: '26.1', start: startEngine, program: 'docker' },
  { name: '20.10', start: startOlderEngine, program: olderDocker },
] as const
/** Its program is an entrypoint, so that a command of the user's does not replace it. */
const image = { entrypoint: ['/app'], cmd: [], env: { PORT: '' }, healthInterval: 5 }
/** What two running containers cannot share, or what takes the image's program away, is not for start-first and for bad versions. */
const alone = /--(network|publish|entrypoint|mac-address|link|rm|device|volume|mount)\b/

describeWithServices('whole rollouts of containers with many options', ({ registryAddress }) => {
  describe.each(engines)('on engine $name', ({ start, program }) => {
    const registry = { address: registryAddress }
    let scene: Scene
    let folder = ''
    let loaded: readonly Loaded[]
    beforeAll(async () => {
      scene = await openScene({}, start)
      const targets = [{ name: 'local', host: scene.engine.host, maxParallel: 6 }]
      scene.configure({
        targets,
        defaults: { gate: { stable: '1s', minUptime: outlastsEnds, deadline: '20s' }, keepOld: '1h' },
      })
      folder = makePrivateFolder('options')
      const subjects = nameSubjects('longshore-options', folder)
      const other = stageWorkload(scene, registry, 'neighbour')
      await other.push({ version: 'v1', ...image })
      await makeSubjects(cli, subjects, other.image, '/bin/busybox')

      const known = (place: number) =>
        optionGroups({ ...subjects, place })
          .flatMap(({ cases }) => cases)
          .filter((each) => isKnownTo(scene.engine.apiVersion, each) && each.neverStarts === undefined)
          .filter(({ leftOut }) => leftOut === undefined)
          .filter(({ body, options }) => body === undefined && !options.includes('--rm'))
      const gentle = known(1).filter(({ name, command }) => !alone.test(name) && command === undefined)
      const sets = [
        { given: manyOptions(subjects), order: 'stop-first' },
        { given: drawTogether(gentle, 12, drawFrom(7)), order: 'start-first' },
        // Each option there is comes through a whole rollout once.
        ...spread(known, 2, 12).map((given) => ({ given, order: 'stop-first' })),
      ]
      loaded = await Promise.all(sets.map(({ given, order }) => run(given, order)))
    })
    afterAll(async () => {
      await scene?.close()
      if (folder !== '') rmSync(folder, { recursive: true, force: true })
    })

    test('a bad version leaves the old container as it was, word for word', async () => {
      const tried = loaded.slice(0, 2)
      const before = await Promise.all(tried.map(({ web }) => inspect(web)))
      for (const { web } of tried) await web.push({ version: 'v2', behaviour: 'exits', ...image })

      const { rollouts } = await pass(scene)

      for (const [index, { web, given }] of tried.entries()) {
        expect(rollouts.find(({ workload }) => workload === web.id)).toMatchObject({ outcome: 'rolled-back' })
        const [was] = before.slice(index)
        const is = await inspect(web)
        expect(wordForWord(is), given.name).toEqual(was && wordForWord(was))
        expect(is.State.Status).toBe('running')
      }
    })

    test('a good version has all that the old container had, and its own where the user said nothing', async () => {
      const before = await Promise.all(loaded.map(({ web }) => inspect(web)))
      for (const { web } of loaded) await web.push({ version: 'v3', ...image, labels: { version: '3' } })

      const { rollouts } = await pass(scene)

      for (const [index, { web, given }] of loaded.entries()) {
        expect(rollouts.find(({ workload }) => workload === web.id)).toMatchObject({ outcome: 'succeeded' })
        const [was] = before.slice(index)
        if (was === undefined) throw new Error('it was looked at')
        const is = await inspect(web)
        expect(is.Id).not.toBe(was.Id)
        expect(decidedByUser(is), given.name).toEqual(decidedByUser(was))
        expect(anonymousVolumes(is)).toEqual(anonymousVolumes(was))
        expect(is.Config.Env).toContain('VERSION=v3')
        expect(is.Config.Labels).toMatchObject({ version: '3' })
      }
    })

    async function run(given: OptionCase, order: string): Promise<Loaded> {
      const web = stageWorkload(scene, registry)
      await web.push({ version: 'v1', ...image })
      const labels = ['--label', 'longshore.watch=true', '--label', `longshore.order=${order}`]
      // Some run a program that no signal ends, for whose time nobody needs to wait; what a case says of it counts.
      const impatient = ['--stop-timeout', '1']
      await cli(
        'create',
        '--name',
        web.name,
        ...labels,
        ...impatient,
        ...given.options,
        web.image,
        ...(given.command ?? []),
      )
      for (const args of given.connect ?? []) await cli('network', 'connect', ...args, web.name)
      await cli('start', web.name)
      return { web, given }
    }

    /** The command of the engine's own release, as its users have it. */
    const cli = (...args: string[]) =>
      runProgram(program, args, { env: { ...process.env, DOCKER_HOST: scene.engine.host } })

    // Tests read more of a container than `InspectedContainer` names; it is the engine's own answer.
    const inspect = async (web: StagedWorkload) => (await web.inspect()) as unknown as ContainerInspect
  })
})
