import { rmSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { EffectKind } from '../../src/rollout/rollout.ts'
import { describeWithServices } from '../services/shared.ts'
import { about, pass } from './stage/answers.ts'
import type { OnMoment } from './stage/longshore.ts'
import { at, crash } from './stage/moments.ts'
import { openScene, type Scene } from './stage/scene.ts'
import { readState } from './stage/state.ts'
import { stageWorkload, type StagedWorkload } from './stage/workload.ts'

interface Deed {
  readonly does: string
  /** Just after this, in the middle of a stop-first rollout. */
  readonly after: EffectKind
  /** Arguments of the docker command, one after the other; `WEB` is the workload, `IMAGE` its image. */
  readonly commands: readonly string[]
  readonly outcome: 'superseded' | 'succeeded'
  readonly code: string
  /** What is there afterwards: name, version and status of each container. */
  readonly leaves: readonly string[]
}

const replaces = ['rm --force WEB', 'run --detach --name WEB IMAGE']

const deeds: readonly Deed[] = [
  { does: 'stops it before it was touched', after: 'create', commands: ['stop WEB'], outcome: 'superseded', code: 'STOPPED_BY_HAND', leaves: ['WEB v1 exited'] },
  { does: 'renames it before it was touched', after: 'create', commands: ['rename WEB shop'], outcome: 'superseded', code: 'RENAMED_BY_HAND', leaves: ['shop v1 running'] },
  { does: 'removes it before it was touched', after: 'create', commands: ['rm --force WEB'], outcome: 'superseded', code: 'REMOVED_BY_HAND', leaves: [] },
  { does: 'replaces it before it was touched', after: 'create', commands: replaces, outcome: 'superseded', code: 'REMOVED_BY_HAND', leaves: ['WEB v2 running'] },
  { does: 'stops the new version during the gate', after: 'start-new', commands: ['stop WEB'], outcome: 'superseded', code: 'STOPPED_BY_HAND', leaves: ['WEB v2 exited', 'WEB.longshore-prev v1 exited'] },
  { does: 'removes the new version during the gate', after: 'start-new', commands: ['rm --force WEB'], outcome: 'superseded', code: 'REMOVED_BY_HAND', leaves: ['WEB v1 running'] },
  { does: 'renames the new version during the gate', after: 'start-new', commands: ['rename WEB shop'], outcome: 'succeeded', code: 'GATE_PASSED_WEAK', leaves: ['WEB.longshore-prev v1 exited', 'shop v2 running'] },
  { does: 'replaces the new version during the gate', after: 'start-new', commands: replaces, outcome: 'superseded', code: 'REPLACED_BY_HAND', leaves: ['WEB v2 running', 'WEB.longshore-prev v1 exited'] },
  { does: 'starts the old version during the gate', after: 'start-new', commands: ['start WEB.longshore-prev'], outcome: 'superseded', code: 'STARTED_BY_HAND', leaves: ['WEB v1 running'] },
] // prettier-ignore

describeWithServices('a person', ({ registryAddress }) => {
  const registry = { address: registryAddress }
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene()
  })
  afterEach(() => scene.reset())
  afterAll(() => scene?.close())

  /** A workload that runs version 1, with version 2 pushed. */
  async function stageChange(): Promise<StagedWorkload> {
    const web = stageWorkload(scene, registry)
    await web.push({ version: 'v1', healthcheck: false })
    await web.start('--restart', 'unless-stopped')
    await web.push({ version: 'v2', healthcheck: false })
    return web
  }

  async function look({ name }: StagedWorkload): Promise<readonly string[]> {
    const looks = (await scene.containers()).map(async (each) => {
      const { State, Config } = await scene.inspect(each)
      const version = Config.Env?.find((one) => one.startsWith('VERSION='))?.slice('VERSION='.length)
      return `${each.replace(name, 'WEB')} ${version} ${State.Status}`
    })
    return (await Promise.all(looks)).toSorted()
  }

  describe('in the middle of a rollout', () => {
    test.each(deeds)('who $does has the last word', async ({ after, commands, outcome, code, leaves }) => {
      const web = await stageChange()
      const act = async () => {
        for (const command of commands) {
          const args = command.replaceAll('WEB', web.name).replaceAll('IMAGE', web.image).split(' ')
          await scene.docker(...args)
        }
      }

      const { rollouts } = await pass(scene, at('after', after, act))

      expect(rollouts).toMatchObject([{ outcome, code }])
      expect(await look(web)).toEqual(leaves)
      expect(await readState(scene, (store) => store.quarantine(web.id))).toEqual([])
    })
  })

  describe('who clears away what does not run while a new version is at its gate', () => {
    test.each(['goes on', 'is killed in the middle', 'is killed and loses its state'] as const)(
      'has the old one back when that fails, and Longshore %s',
      async (what) => {
        const web = stageWorkload(scene, registry)
        const network = `${web.name}-net`
        await scene.docker('network', 'create', network)
        await web.push({ version: 'v1' })
        // Other tests share the engine, and what is stopped of theirs is to stay.
        const label = `prune=${web.name}`
        const asMeant = ['--restart', 'always', '--network', network, '--network-alias', 'shop', '--volume', '/data']
        await web.start(...asMeant, '--label', label)
        const before = await web.inspect()
        await scene.docker('exec', web.name, 'sh', '-c', 'echo precious > /data/kept')
        await web.push({ version: 'v2', behaviour: 'unhealthy' })
        const prune = at('after', 'start-new', () =>
          scene.docker('container', 'prune', '--force', '--filter', `label=${label}`),
        )
        const kill = at('after', 'copy-old', crash)

        const disturb: OnMoment = async (moment, running) => {
          await prune(moment, running)
          if (what !== 'goes on') await kill(moment, running)
        }

        if (what !== 'goes on') await scene.observe(['run', '--once'], disturb).ended
        if (what === 'is killed and loses its state') rmSync(scene.stateFolder, { recursive: true, force: true })
        const { rollouts } = await pass(scene, disturb)

        expect(rollouts).toMatchObject([{ outcome: 'rolled-back', code: 'GATE_UNHEALTHY' }])
        expect(await look(web)).toEqual(['WEB v1 running'])
        const after = await web.inspect()
        expect(after.Id).not.toBe(before.Id)
        expect(after.Image).toBe(before.Image)
        expect(after.HostConfig.RestartPolicy).toEqual(before.HostConfig.RestartPolicy)
        expect(after.Mounts.map(({ Name }) => Name)).toEqual(before.Mounts.map(({ Name }) => Name))
        expect(await scene.docker('exec', web.name, 'cat', '/data/kept')).toBe('precious')
        expect(after.NetworkSettings.Networks[network]?.Aliases).toEqual(expect.arrayContaining(['shop']))
        expect(await readState(scene, (store) => store.quarantine(web.id))).toHaveLength(1)
        expect(about(await pass(scene), web)).toMatchObject({
          state: 'held',
          code: what === 'is killed and loses its state' ? 'STATE_LOST' : 'QUARANTINED',
        })
      },
    )
  })

  test.each([
    ['starts', 'start', ['WEB v2 running', 'WEB.longshore-prev v1 running']],
    ['renames', 'rename', ['WEB v2 running', 'keep-me v1 exited']],
    ['removes', 'rm', ['WEB v2 running']],
  ] as const)('who %s the old version while it is kept decides about it', async (_what, command, leaves) => {
    scene.configure({ defaults: { gate: { minUptime: '500ms' }, keepOld: '0s' } })
    const web = await stageChange()
    const old = `${web.name}.longshore-prev`
    const act = () => scene.docker(command, old, ...(command === 'rename' ? ['keep-me'] : []))

    const { rollouts } = await pass(scene, at('after', 'arm-new', act))

    expect(rollouts).toMatchObject([{ outcome: 'succeeded', stage: 'ended' }])
    expect(await look(web)).toEqual(leaves)
  })

  describe('who starts an older image', () => {
    async function goBackByHand(web: StagedWorkload): Promise<void> {
      const { Image: v1 } = await web.inspect()
      await pass(scene)
      expect(await look(web)).toContain('WEB v2 running')
      await scene.docker('rm', '--force', web.name)
      await scene.docker('tag', v1, web.image)
      await web.start('--restart', 'unless-stopped')
    }

    test('is not overruled until they resume the workload', async () => {
      scene.configure({ defaults: { gate: { minUptime: '500ms' }, keepOld: '0s' } })
      const web = await stageChange()
      await goBackByHand(web)

      expect(about(await pass(scene), web)).toMatchObject({ state: 'held', code: 'CHANGED_BY_HAND' })
      expect(about(await pass(scene), web)).toMatchObject({ state: 'held', code: 'CHANGED_BY_HAND' })
      expect(await look(web)).toContain('WEB v1 running')

      const resumed = await scene.run('resume', web.name)
      expect(resumed).toMatchObject({ code: 0, stdout: expect.stringContaining('succeeded') })
      expect(await look(web)).toContain('WEB v2 running')
    })

    test('is overruled where that was asked for', async () => {
      scene.configure({ defaults: { gate: { minUptime: '500ms' }, keepOld: '0s', onManualChange: 'reapply' } })
      const web = await stageChange()
      await goBackByHand(web)

      expect((await pass(scene)).rollouts).toMatchObject([{ outcome: 'succeeded' }])

      expect(await look(web)).toEqual(['WEB v2 running'])
    })
  })
})
