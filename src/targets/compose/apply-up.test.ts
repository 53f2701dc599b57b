import { readdirSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { composeDefinition, composeRollout } from '../../../test/fakes/compose-change.ts'
import {
  composeContainer,
  composeLabels,
  composeMember,
  created,
  exited,
  type GivenMember,
} from '../../../test/fakes/compose-services.ts'
import { stageCompose, type UpCall } from '../../../test/fakes/compose-stage.ts'
import type { ComposeStep } from '../../clients/compose/steps.ts'
import { AppError } from '../../errors.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { add, removeOne, up, upOld } from './apply-up.ts'
import { capture } from './capture.ts'
import { hashOf } from './definition/hash.ts'
import { knownInstances } from './instances.ts'
import type { Snapshot } from './snapshot.ts'

const { signal } = new AbortController()
const old = 'services:\n  web:\n    image: web:1\n'
const edited = old.replace('web:1', 'web:2')
const hash = (of: string) => hashOf(Buffer.from(of))
let stage: ReturnType<typeof stageCompose>
beforeEach(() => {
  stage = stageCompose()
  stage.write('compose.yaml', old)
})
afterEach(() => stage.close())

const own = () =>
  composeLabels({ 'project.config_files': stage.path('compose.yaml'), 'project.working_dir': stage.folder })
const of = (given: GivenMember = {}) => composeContainer({ ...given, labels: { ...own(), ...given.labels } })
const snapshot = (): Snapshot => ({
  compose: composeMember({ labels: own() }).compose,
  containers: [],
  files: [{ path: stage.path('compose.yaml'), base64: Buffer.from(old).toString('base64') }],
})
const step = (name: string, action: ComposeStep['action']): ComposeStep => ({ kind: 'container', name, action })
const ups = () => stage.world.ups.map(({ services, options }) => ({ services, options }))
const fresh: GivenMember = { number: 2, id: 'new', image: 'sha256:new' }

describe('bringing a service up', () => {
  test('does not take along what was changed in its files or environment since the look', async () => {
    stage.world.containers = [of()]
    const definition = {
      ...composeDefinition(stage.path('compose.yaml'), hash(old), hash(old)),
      hash: 'of another content',
    }

    await expect(up(stage.deps, composeRollout({ definition }), { signal })).rejects.toMatchObject({
      code: 'TARGET_CONFLICT',
      message: expect.stringContaining('changed while the image was pulled'),
    })

    expect(stage.world.ups).toEqual([])
  })

  test('calls Compose as its owner did, for the service alone, after a try that touches nothing else', async () => {
    stage.world.containers = [of()]
    stage.world.steps = [step('shop-web-1', 'recreate'), step('shop-db-1', 'untouched')]

    await up(stage.deps, composeRollout(), { signal })

    expect(stage.world.ups).toMatchObject([
      {
        project: { project: 'shop', files: [stage.path('compose.yaml')], projectDirectory: stage.folder },
        services: ['web'],
        options: { scale: { web: 1 }, operation: 'operation-1' },
      },
    ])
    expect(stage.world.ups[0]?.options).not.toHaveProperty('noDeps', true)
    expect(stage.world.dryRuns).toHaveLength(1)
  })

  test('takes what lives in its containers along', async () => {
    stage.world.containers = [of(), of({ service: 'sidecar' })]
    const definition = { ...composeDefinition(stage.path('compose.yaml'), hash(old)), followers: ['sidecar'] }

    await up(stage.deps, composeRollout({ definition, scale: 3 }), { signal })

    expect(ups()).toMatchObject([{ services: ['web', 'sidecar'], options: { scale: { web: 3 } } }])
  })

  test('makes those again that were stopped, after the others, and starts none of them', async () => {
    stage.world.containers = [of(), of({ service: 'sidecar' }), of({ service: 'idle', state: exited })]
    const definition = {
      ...composeDefinition(stage.path('compose.yaml'), hash(old)),
      followers: ['idle', 'sidecar'],
      stopped: ['idle'],
    }

    await up(stage.deps, composeRollout({ definition, scale: 3 }), { signal })
    await upOld(stage.deps, composeRollout({ definition, scale: 3 }), { signal })

    const both = [
      { services: ['web', 'sidecar'], options: { scale: { web: 3 } } },
      { services: ['idle'], options: { scale: { idle: 1 }, noStart: true } },
    ]
    expect(ups()).toMatchObject([...both, ...both])
    expect(ups()[0]?.options).not.toHaveProperty('noStart')
  })

  test.each(['network', 'volume'] as const)('never where Compose would make a %s anew', async (kind) => {
    stage.world.containers = [of()]
    stage.world.steps = [{ kind, name: 'shop_default', action: 'remove' }, step('shop-web-1', 'recreate')]

    await expect(up(stage.deps, composeRollout(), { signal })).rejects.toMatchObject({
      code: 'TARGET_CONFLICT',
      message: `docker compose would make the ${kind} shop_default anew, since its definition was changed; run: docker compose up -d`,
    })
    expect(ups()).toEqual([])
  })

  test('never touches what else Compose would recreate', async () => {
    stage.world.containers = [of()]
    stage.world.steps = [step('shop-web-1', 'recreate'), step('shop-db-1', 'recreate')]

    await up(stage.deps, composeRollout(), { signal })

    expect(ups()).toMatchObject([{ options: { noDeps: true } }])
  })

  test('starts what it makes by itself where Compose would run a finished job again', async () => {
    stage.world.containers = [of(), of({ service: 'sidecar', id: 'sidecar' })]
    stage.world.steps = [step('shop-web-1', 'recreate'), step('shop-job-1', 'start')]
    stage.world.unstartedSteps = [step('shop-web-1', 'recreate'), step('shop-job-1', 'untouched')]
    stage.world.onUp = async () => {
      stage.world.containers = [
        of({ ...fresh, number: 1, state: created }),
        of({ service: 'sidecar', id: 'new-sidecar', state: created }),
      ]
    }
    const definition = { ...composeDefinition(stage.path('compose.yaml'), hash(old)), followers: ['sidecar'] }

    await up(stage.deps, composeRollout({ definition }), { signal })

    expect(ups()).toMatchObject([{ services: ['web', 'sidecar'], options: { noStart: true } }])
    expect(ups()[0]?.options).not.toHaveProperty('noDeps')
    expect(stage.world.done).toEqual(['start new', 'start new-sidecar'])
  })

  test('takes names that begin like its own for those of others', async () => {
    stage.world.containers = [of()]
    stage.world.steps = [step('shop-web-1', 'recreate'), step('shop-web-admin-1', 'recreate')]

    await up(stage.deps, composeRollout(), { signal })

    expect(ups()).toMatchObject([{ options: { noDeps: true } }])
  })

  test('does not begin while a dependency is not ready, since the old version would be gone by then', async () => {
    stage.world.containers = [of()]
    stage.world.problem = new AppError('COMPOSE_DEPENDENCY_UNREADY', 'db is unhealthy')

    await expect(up(stage.deps, composeRollout(), { signal })).rejects.toMatchObject({
      code: 'TARGET_CONFLICT',
      message: 'db is unhealthy',
    })
    expect(stage.world.ups).toEqual([])
  })

  test('clears first what an `up` before it left that was killed', async () => {
    const labels = composeLabels({ replace: 'shop-web-1-id' })
    stage.world.containers = [of(), of({ id: 'left', name: '0123456789ab_shop-web-1', labels, state: created })]

    await up(stage.deps, composeRollout(), { signal })

    expect(stage.world.done).toEqual(['remove left'])
  })

  test('is possible when no container is left, by what was captured, and by nothing else', async () => {
    await up(stage.deps, composeRollout(), { signal, snapshot: snapshot() })

    expect(stage.world.ups).toMatchObject([{ project: { project: 'shop', files: [stage.path('compose.yaml')] } }])
    await expect(up(stage.deps, composeRollout(), { signal })).rejects.toMatchObject({ code: 'INTERNAL' })
  })

  test('is done one after the other in a project', async () => {
    stage.world.containers = [of(), of({ service: 'api' })]
    const running: string[] = []
    stage.world.onUp = async ({ services }: UpCall) => {
      running.push(`begin ${services[0]}`)
      await new Promise((resolve) => setImmediate(resolve))
      running.push(`end ${services[0]}`)
    }
    const api = composeRollout({ name: 'shop/api', workload: 'local/compose/shop/api' })

    await Promise.all([up(stage.deps, composeRollout(), { signal }), up(stage.deps, api, { signal })])

    expect(running).toEqual(['begin web', 'end web', 'begin api', 'end api'])
  })
})

describe('one more instance', () => {
  const scaleFor = async (rollout: Partial<Rollout>, ...given: readonly GivenMember[]) => {
    stage.world.containers = given.map(of)
    await add(stage.deps, composeRollout(rollout), { signal })
    expect(ups()).toMatchObject([{ services: ['web'], options: { noRecreate: true } }])
    return ups()[0]?.options.scale?.['web']
  }

  test.each<[string, Partial<Rollout>, readonly GivenMember[], number]>([
    ['runs beside the old', { order: 'start-first' }, [{}], 2],
    ['is not a second one when it is there', { order: 'start-first' }, [{}, fresh], 2],
    ['is started when it was only created', { order: 'start-first' }, [{}, { ...fresh, state: created }], 2],
    [
      'is started again rather than joined when it ended',
      { order: 'start-first' },
      [{}, { ...fresh, state: exited }],
      2,
    ],
    ['takes the place of one that went', { scale: 2 }, [{}], 2],
    ['is none where nothing went', { scale: 2 }, [{}, { number: 2 }], 2],
    ['costs none of those that somebody added', { order: 'start-first' }, [{}, fresh, { number: 3 }], 3],
  ])('%s', async (_, rollout, given, expected) => {
    expect(await scaleFor(rollout, ...given)).toBe(expected)
  })
})

describe('the oldest old instance', () => {
  const remove = async (rollout: Partial<Rollout>, ...given: readonly GivenMember[]) => {
    stage.world.containers = given.map(of)
    await removeOne(stage.deps, composeRollout(rollout), { signal })
    return stage.world.done
  }

  test('goes once the new one runs beside it, and no second one when that is asked for again', async () => {
    const rollout = { order: 'start-first' as const, scale: 2 }
    const gone = ['stop shop-web-1-id', 'remove shop-web-1-id']

    expect(await remove(rollout, {}, { number: 2 }, { ...fresh, number: 3 })).toEqual(gone)
    await removeOne(stage.deps, composeRollout(rollout), { signal })
    expect(stage.world.done).toEqual(gone)
  })

  test('makes room for the new one where it has to go first, and only once', async () => {
    expect(await remove({ scale: 2 }, {}, { number: 2 })).toHaveLength(2)
    await removeOne(stage.deps, composeRollout({ scale: 2 }), { signal })
    expect(stage.world.done).toHaveLength(2)
  })

  test('is never one of the new version', async () => {
    expect(await remove({ order: 'start-first' }, { ...fresh, number: 1 }, { ...fresh, id: 'new-2' })).toEqual([])
  })

  test('is told by what it was made from where both versions are of one image', async () => {
    const retag = { order: 'start-first' as const, image: 'web:2', fromReference: 'web:1', toImage: 'sha256:same' }
    const both = { image: 'sha256:same' }

    expect(
      await remove(
        retag,
        { ...both, inspect: { Config: { Image: 'web:2' } } },
        { ...both, number: 2, id: 'old', inspect: { Config: { Image: 'web:1' } } },
      ),
    ).toEqual(['stop old', 'remove old'])
  })

  test('is none of another service or project', async () => {
    expect(await remove({ order: 'start-first' }, { service: 'api' }, { project: 'other' })).toEqual([])
  })
})

describe('an instance that somebody else made meanwhile', () => {
  const theirs: GivenMember = { number: 3, id: 'theirs', image: 'sha256:third' }
  /** A rollout that began on what is there now. */
  const begun = async (rollout: Partial<Rollout>, ...given: readonly GivenMember[]) => {
    stage.world.containers = given.map(of)
    const made = composeRollout({ order: 'start-first', ...rollout })
    await capture(stage.deps, made, signal)
    return made
  }

  test('is not ended in the place of an old one', async () => {
    const rollout = await begun({ scale: 2 }, {}, { number: 2, id: 'second' })
    stage.world.containers = [of(theirs), of({ ...theirs, number: 4, id: 'theirs-4' }), of({ ...fresh, number: 5 })]

    await removeOne(stage.deps, rollout, { signal })

    expect(stage.world.done).toEqual([])
  })

  test('keeps also what is left of ours, which is part of what they made of the service', async () => {
    const rollout = await begun({ scale: 2, order: 'stop-first' }, {}, { number: 2, id: 'second' })
    stage.world.containers = [of({ number: 2, id: 'second' }), of(theirs)]

    await removeOne(stage.deps, rollout, { signal })

    expect(stage.world.done).toEqual([])
  })

  test('is not ended with the surplus on the way back, nor by Compose', async () => {
    const rollout = await begun({ stage: 'back' }, {})
    stage.world.onUp = async () => void stage.world.containers.push(of(fresh))
    await add(stage.deps, { ...rollout, stage: 'forward' }, { signal })
    stage.world.onUp = async () => {}
    stage.world.containers.push(of({ ...fresh, number: 3, id: 'theirs' }))

    await upOld(stage.deps, rollout, { signal, snapshot: snapshot() })

    expect(stage.world.done).toEqual(['stop new', 'remove new'])
    expect(ups().at(-1)?.options).toMatchObject({ scale: { web: 2 } })
  })

  test('is told from what a command of ours made that failed, or that we were killed in', async () => {
    const rollout = await begun({}, {})
    stage.world.onUp = async () => {
      stage.world.containers.push(of(fresh))
      throw new AppError('TARGET_FAILED', 'half-way')
    }
    await expect(add(stage.deps, rollout, { signal })).rejects.toMatchObject({ code: 'TARGET_FAILED' })
    // Its deps are gone with the process; what it wrote down is not.
    const next = { ...stage.deps, settled: new Set<string>() }
    stage.world.containers.push(of({ ...fresh, number: 3, id: 'theirs' }))

    expect(await knownInstances(next, rollout, signal)).toMatchObject({
      olds: ['shop-web-1-id'],
      news: ['new'],
      before: null,
    })
  })

  test('is told in the look after a kill, by what was there before the command', async () => {
    const rollout = await begun({}, {})
    const killed = Promise.withResolvers<void>()
    stage.world.onUp = () => {
      stage.world.containers.push(of(fresh))
      killed.resolve()
      return new Promise(() => {})
    }
    void add(stage.deps, rollout, { signal })
    await killed.promise

    expect(await knownInstances(stage.deps, rollout, signal)).toMatchObject({ news: ['new'] })
  })

  test('of an earlier rollout is nobody that this one knows', async () => {
    const earlier = await begun({ id: 'earlier' }, {})

    expect(await knownInstances(stage.deps, { ...earlier, id: 'operation-1' }, signal)).toBeNull()
  })
})

describe('bringing the old version up', () => {
  const moved = () =>
    composeRollout({
      image: 'web:2',
      definition: composeDefinition(stage.path('compose.yaml'), hash(old), hash(edited)),
    })

  test('is another `up` where the file says it again', async () => {
    stage.world.containers = [of()]

    await upOld(stage.deps, moved(), { signal, snapshot: snapshot() })

    expect(stage.world.ups).toMatchObject([{ project: { files: [stage.path('compose.yaml')] }, texts: [old] }])
  })

  test('is done from a copy where somebody has edited the file, which stays as they wrote it', async () => {
    stage.world.containers = [of()]
    stage.write('compose.yaml', `${edited}# theirs\n`)

    await upOld(stage.deps, moved(), { signal, snapshot: snapshot() })

    expect(stage.world.ups[0]?.texts).toContain(old)
    expect(stage.world.ups[0]?.project.projectDirectory).toBe(stage.folder)
    expect(stage.read('compose.yaml')).toBe(`${edited}# theirs\n`)
    expect(readdirSync(stage.folder).filter((name) => name !== '.spare')).toEqual(['compose.yaml'])
  })

  test('ends the new one beside the old before Compose looks, which would take the old one', async () => {
    stage.world.containers = [of(), of({ ...fresh, inspect: { Config: { Image: 'web:2' } } })]

    await upOld(stage.deps, moved(), { signal, snapshot: snapshot() })

    expect(stage.world.done).toEqual(['stop new', 'remove new'])
  })

  test('leaves Compose to recreate the new one that took the place of an old one', async () => {
    stage.world.containers = [of(), of({ ...fresh, inspect: { Config: { Image: 'web:2' } } })]

    await upOld(stage.deps, { ...moved(), scale: 2 }, { signal, snapshot: snapshot() })

    expect(stage.world.done).toEqual([])
  })

  test('waits for no dependency', async () => {
    stage.world.containers = [of()]
    stage.world.problem = new AppError('COMPOSE_DEPENDENCY_UNREADY', 'db is unhealthy')

    await upOld(stage.deps, moved(), { signal, snapshot: snapshot() })

    expect(stage.world.ups).toHaveLength(1)
  })
})
