import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { InspectedContainer } from '../services/docker.ts'
import { describeWithServices } from '../services/shared.ts'
import { about, pass } from './stage/answers.ts'
import { stageComposedSet, type ComposedSet } from './stage/composed-set.ts'
import { outlastsEnds } from './stage/gates.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { startAgain } from './stage/start-again.ts'

describeWithServices('Compose services that live in a plain container', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene()
    const gate = { stable: '500ms', minUptime: outlastsEnds, deadline: '20s' }
    scene.configure({ defaults: { gate, keepOld: '1h' } })
  })
  afterAll(() => scene?.close())

  // On one engine, by one pass: each is a set of its own.
  describe('rolled out', () => {
    let answer: Awaited<ReturnType<typeof pass>>
    let good: Staged
    let bad: Staged
    let full: Staged
    let edited: Staged
    beforeAll(async () => {
      const stage = async (checks?: readonly string[], start?: string) => {
        const set = await stageComposedSet(scene, registry, checks, start)
        const before = await set.provider.inspect()
        return { ...set, before, beforeIds: await set.ids(), files: set.project.snapshot() }
      }
      ;[good, bad, full, edited] = await Promise.all([
        stage(),
        stage(['--health-interval', '500ms'], '300ms'),
        stage(),
        stage(),
      ])
      await good.provider.push({ version: 'v2' })
      await bad.provider.push({ version: 'v2', behaviour: 'unhealthy' })
      // The new version listens where `web` does, which cannot start then.
      await full.provider.push({ version: 'v2', env: { PORT: '9001' } })
      await edited.provider.push({ version: 'v2' })
      const written = edited.project.read('compose.yaml').toString()
      edited.project.write('compose.yaml', written.replace('PORT: "9001"', 'PORT: "9003"'))
      answer = await pass(scene)
    })
    afterAll(() => scene.reset())

    const rolloutOf = ({ provider }: Staged) => answer.rollouts.filter(({ workload }) => workload === provider.id)

    async function expectBack({ provider, project, before, beforeIds, answers, ids }: Staged) {
      expect((await provider.inspect()).Id).toBe(before.Id)
      expect(await answers()).toEqual({ web: 'v1', helper: 'v1' })
      expect((await project.instance('web')).HostConfig.NetworkMode).toBe(`container:${before.Id}`)
      expect((await ids()).other).toBe(beforeIds.other)
      expect(await project.upByHand('web', 'helper', 'mounted', 'other')).toEqual([])
    }

    test('they are made again with it, by Compose and of their own image, and `up` by hand has nothing to do', async () => {
      const { provider, project, app, before, beforeIds, files } = good

      expect(rolloutOf(good)).toMatchObject([{ outcome: 'succeeded', order: 'stop-first' }])
      const fresh = await provider.inspect()
      expect(fresh.Image).not.toBe(before.Image)
      expect(await good.answers()).toEqual({ web: 'v2', helper: 'v2' })
      expect((await project.instance('web')).HostConfig.NetworkMode).toBe(`container:${fresh.Id}`)
      expect((await project.instance('web')).Image).toBe(app.configDigest)
      expect((await project.instance('mounted')).Mounts.map((each) => each.Name)).toEqual(
        fresh.Mounts.map((each) => each.Name),
      )
      const stopped = await project.instance('stopped')
      expect(stopped.State.Status).toBe('created')
      expect(stopped.HostConfig.NetworkMode).toBe(`container:${fresh.Id}`)
      const after = await good.ids()
      expect(after.other).toBe(beforeIds.other)
      expect(after.web).not.toBe(beforeIds.web)
      expect(project.snapshot()).toEqual(files)
      const down = Date.parse((await project.instance('web')).State.StartedAt) - Date.parse(fresh.State.StartedAt)
      expect(rolloutOf(good)[0]?.gapMs).toBeGreaterThan(down)
      expect(await project.upByHand('web', 'helper', 'mounted', 'other')).toEqual([])
      const { stdout } = await scene.run('history')
      expect(stdout).toContain(`${project.workload('web').id}`)
      expect(stdout).toContain(`made again with ${provider.name}`)
      expect(stdout).toContain(`stop-first, with ${project.name}/helper, `)
    })

    test('they go back with it when it fails its gate', async () => {
      expect(answer.code).toBe(1)
      expect(rolloutOf(bad)).toMatchObject([{ outcome: 'rolled-back', stage: 'ended' }])
      await expectBack(bad)
    })

    test('they take it back with them when they do not stay up beside it', async () => {
      expect(rolloutOf(full)).toMatchObject([{ outcome: 'rolled-back', code: 'GATE_DEPENDANT' }])
      await expectBack(full)
    })

    test('they hold it where their files say something else than what runs', async () => {
      expect(rolloutOf(edited)).toEqual([])
      expect(about(answer, edited.provider)).toMatchObject({ state: 'held', code: 'COMPOSE_DRIFT' })
      expect(await edited.ids()).toEqual(edited.beforeIds)
    })
  })

  test('follow it when it was restarted, or made anew, by hand, watched or not', async () => {
    const sets = await Promise.all([stageComposedSet(scene, registry), stageComposedSet(scene, registry)])
    const [restarted, anew] = sets
    const others = await Promise.all(
      sets.map(async ({ project, ids }, at) => {
        const written = project.read('compose.yaml').toString()
        if (at === 0) project.write('compose.yaml', written.replaceAll('restart:', `${watched}restart:`))
        await project.byHand('up', '--detach', 'web', 'helper')
        return (await ids()).other
      }),
    )
    await pass(scene)
    await startAgain(scene, restarted.provider.name)
    await scene.docker('rm', '--force', anew.provider.name)
    await anew.provider.start('--restart', 'unless-stopped', '--volume', '/shared')
    for (const { answers } of sets) expect(await answers()).not.toMatchObject({ web: 'v1' })

    const { code, rollouts } = await pass(scene)

    expect(code).toBe(0)
    expect(rollouts.map(({ outcome }) => outcome)).toEqual(rollouts.map(() => 'succeeded'))
    for (const [at, { project, app, answers, ids }] of sets.entries()) {
      expect(rollouts.map(({ workload }) => workload)).toContain(project.workload('web').id)
      expect(await answers()).toEqual({ web: 'v1', helper: 'v1' })
      expect((await project.instance('web')).Image).toBe(app.configDigest)
      expect((await ids()).other).toBe(others[at])
      expect(await project.upByHand('web', 'helper')).toEqual([])
    }
    expect((await pass(scene)).rollouts).toEqual([])
  })
})

/** A set, and how it was before it was rolled out. */
interface Staged extends ComposedSet {
  readonly before: InspectedContainer
  readonly beforeIds: Awaited<ReturnType<ComposedSet['ids']>>
  readonly files: Readonly<Record<string, string>>
}

const watched = 'labels: { longshore.watch: "true" }\n    '
