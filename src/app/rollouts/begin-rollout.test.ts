import { describe, expect, test } from 'vitest'
import { digest } from '../../../test/fakes/decide-input.ts'
import { startFollowed, workloadAt } from '../../../test/fakes/followed.ts'
import { blankInstance } from '../../../test/fakes/instance-facts.ts'
import type { ComposeFacts, InstanceFacts } from '../../rollout/facts.ts'
import type { Target, Workload } from '../../targets/target.ts'
import { beginRollout } from './begin-rollout.ts'
import { decideByState } from '../decisions/decide-by-state.ts'
import { planScans } from '../scans/scan-plan.ts'
import { scanRepository } from '../scans/scan-repository.ts'
import { watchedWorkloads } from '../workloads/watched-workloads.ts'

const old = digest('1')
const fresh = digest('2')
const stop = new AbortController().signal
const options = { stop, ignoresBackoff: false, isAlone: false, looked: null }

const named = (name: string, change: Partial<Workload> = {}): Workload => ({
  ...workloadAt('registry.test', name, old),
  ...change,
})

/** Workloads of which these have a newer version, as the state knows. */
async function stage(workloads: readonly Workload[], moved: readonly string[], change: Partial<Target> = {}) {
  const { app, world } = startFollowed(workloads)
  const [first] = app.targets
  if (first === undefined) throw new Error('there is one target')
  const target: Target = { ...first, ...change }
  for (const { name } of workloads) world.tags.set(name, moved.includes(name) ? fresh : old)
  for (const { repository, tags } of planScans(await watchedWorkloads(app, target, stop))) {
    await scanRepository({ ...app, memory: app.store }, repository, tags, stop)
  }
  return { app: { ...app, targets: [target] }, target, world }
}

describe('a rollout begins', () => {
  test('when it still is due, and its decision is written down', async () => {
    const { app, target } = await stage([named('web')], ['web'])

    const begun = await beginRollout(app, target, 'local/container/web', options)

    expect(begun).toMatchObject({ kind: 'begun', rollout: { workload: 'local/container/web', digest: fresh } })
    expect(await app.store.workload('local/container/web')).toMatchObject({ state: 'outdated', candidate: fresh })
  })

  test('not when nothing is to be done any more, or the workload is gone', async () => {
    const { app, target, world } = await stage([named('web')], [])

    expect(await beginRollout(app, target, 'local/container/web', options)).toEqual({ kind: 'not-due' })
    world.workloads = []
    expect(await beginRollout(app, target, 'local/container/web', options)).toEqual({ kind: 'not-due' })
  })

  test('not when we were told to stop meanwhile', async () => {
    const { app, target } = await stage([named('web')], ['web'])

    const begun = await beginRollout(app, target, 'local/container/web', { ...options, stop: AbortSignal.abort() })

    expect(begun).toEqual({ kind: 'not-due' })
    expect(await app.store.rollouts('local/container/web', 9)).toEqual([])
  })
})

describe('a workload that depends on another', () => {
  const db = named('db')
  const web = named('web', { after: ['local/container/db', 'local/container/not-there'] })
  const begin = async (moved: readonly string[], change: Partial<typeof options> = {}, all = [db, web]) => {
    const { app, target } = await stage(all, moved)
    return beginRollout(app, target, 'local/container/web', { ...options, ...change })
  }

  test('waits while that is to be rolled out first', async () => {
    expect(await begin(['db', 'web'])).toEqual({ kind: 'waits', for: 'local/container/db' })
  })

  test('does not wait when that has nothing to do', async () => {
    expect(await begin(['web'])).toMatchObject({ kind: 'begun' })
  })

  test('does not wait for what is left alone', async () => {
    const alone = named('db', { leftAlone: { code: 'STOPPED', sentence: 'it is not running' } })

    expect(await begin(['db', 'web'], {}, [alone, web])).toMatchObject({ kind: 'begun' })
  })

  test('does not wait when it is asked for alone', async () => {
    expect(await begin(['db', 'web'], { isAlone: true })).toMatchObject({ kind: 'begun' })
  })

  test('does not wait for one that waits for it', async () => {
    const circle = named('db', { after: ['local/container/web'] })

    expect(await begin(['db', 'web'], {}, [circle, web])).toMatchObject({ kind: 'begun' })
  })
})

describe('a rollout whose files somebody edits', () => {
  const instance: InstanceFacts = {
    ...blankInstance,
    id: 'instance-web',
    name: 'web',
    status: 'running',
    restart: 'always',
    image: 'sha256:old',
    startedAt: '2026-01-01T00:00:00Z',
  }
  const facts: ComposeFacts = {
    olds: [instance],
    news: [],
    strangers: [],
    followers: [],
    candidateImage: 'sha256:new',
    tagImage: null,
    fromTagImage: null,
    isTagShared: false,
    isProtected: true,
    definition: 'other',
    oldEndedAt: null,
  }
  const compose = { kind: 'compose', procedure: 'compose' } as const

  test('is planned anew at once, three times at the most, and then tells the conflict', async () => {
    const id = 'local/compose/shop/web'
    const { app, target } = await stage([named('web', { id, kind: 'compose' })], ['web'], {
      ...compose,
      observe: async () => facts,
    })

    const begun = await beginRollout(app, target, id, options)

    expect(begun).toMatchObject({
      kind: 'begun',
      rollout: { outcome: 'superseded', reason: { code: 'EDITED_BY_HAND' } },
    })
    expect(await app.store.rollouts(id, 9)).toHaveLength(3)
  })

  test('is begun on the close look of the decision before, and planned anew on another', async () => {
    const id = 'local/compose/shop/web'
    let looks = 0
    const { app, target } = await stage([named('web', { id, kind: 'compose' })], ['web'], {
      ...compose,
      observe: async () => facts,
      prepare: async () => {
        looks += 1
        const definition = { files: [], edit: null, followers: [], isDivisible: true, hash: `look ${looks}` }
        return { kind: 'ready', definition }
      },
    })
    const [watched] = await watchedWorkloads(app, target, stop)
    if (watched === undefined) throw new Error('there is one workload')
    const earlier = { watched, decision: await decideByState(app, watched, stop, false), at: app.clock.elapsed() }

    await beginRollout(app, target, id, { ...options, earlier })

    const plans = (await app.store.rollouts(id, 9)).map(({ definition }) => definition?.hash)
    expect(plans.toSorted()).toEqual(['look 1', 'look 2', 'look 3'])
  })

  test('is held, not planned again, when the new plan says so', async () => {
    const id = 'local/compose/shop/web'
    let looks = 0
    const { app, target } = await stage([named('web', { id, kind: 'compose' })], ['web'], {
      ...compose,
      observe: async () => facts,
      prepare: async () =>
        looks++ === 0
          ? { kind: 'ready', definition: { files: [], edit: null, followers: [], isDivisible: true, hash: null } }
          : { kind: 'held', reason: { code: 'COMPOSE_DRIFT', sentence: 'the file was edited' } },
    })

    expect(await beginRollout(app, target, id, options)).toEqual({ kind: 'not-due' })
    expect(await app.store.rollouts(id, 9)).toHaveLength(1)
    expect(await app.store.workload(id)).toMatchObject({ state: 'held', reason: { code: 'COMPOSE_DRIFT' } })
  })
})
