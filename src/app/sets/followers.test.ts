import { describe, expect, test } from 'vitest'
import { digest, ended } from '../../../test/fakes/decide-input.ts'
import { startFollowed, workloadAt } from '../../../test/fakes/followed.ts'
import { AppError } from '../../errors.ts'
import type { Preparation, Target, Workload } from '../../targets/target.ts'
import { decision, type Decision } from '../decisions/decision.ts'
import { owedFollows, withFollowers } from './followers.ts'

const { signal } = new AbortController()
const named = (name: string, change: Partial<Workload> = {}): Workload => ({
  ...workloadAt('registry.example.com', name, digest('a')),
  ...change,
})
const web = named('web')
const debug = named('debug')
const due = (...names: readonly string[]): Decision => ({
  ...decision('outdated', 'MOVED', 'the tag moved', digest('b')),
  isRolloutDue: true,
  followedBy: names.map((name) => `local/container/${name}`),
})

const rolloutOf = (workload: string) => ({ ...ended('succeeded', digest('b'), 0), id: 'r', workload })

function stage(workloads: readonly Workload[], prepare?: NonNullable<Target['prepare']>) {
  const followed = startFollowed(workloads)
  const [target] = followed.app.targets
  if (target !== undefined && prepare) Object.assign(target, { prepare })
  return followed
}

/** What each says of who lives in it, by its name. */
const ready =
  (followedBy: Readonly<Record<string, readonly string[]>>) =>
  async ({ name }: Workload): Promise<Preparation> => {
    const names = followedBy[name]
    const found = names && { followedBy: names.map((each) => `local/container/${each}`) }
    return { kind: 'ready', definition: null, ...found }
  }

describe('a rollout that others have to follow', () => {
  test('is due where each of them is watched, with mode auto, and knows all of them, however far away', async () => {
    const dependant = { instance: 'i', name: 'far', image: 'sha256:1', restart: 'no', wasRunning: true, by: [] }
    const all = [web, named('debug', { dependants: [dependant] }), named('more')]
    const { app } = stage(all, ready({ debug: ['more'] }))

    const decided = await withFollowers(app, web, due('debug'), signal)

    expect(decided.isRolloutDue).toBe(true)
    expect(decided.followedBy).toEqual(['debug', 'far', 'more'].map((name) => `local/container/${name}`))
  })

  test('knows who of them is not well before it begins', async () => {
    const { app } = stage([web, named('debug', { unwell: ['local/container/debug'] }), named('more')])

    const { unwell } = await withFollowers(app, web, due('debug', 'more'), signal)

    expect(unwell).toEqual(['local/container/debug'])
  })

  const left = { code: 'PAUSED', sentence: 'it is paused' }
  const stopped = { code: 'STOPPED', sentence: 'it is not running' }
  const lifted = { ...stopped, liftedBy: { setting: 'stopped', next: null } } as const
  const caredFor = { 'longshore.watch': 'true', 'longshore.stopped': 'start' }
  test.each<[string, Partial<Workload>, string]>([
    ['is not watched', { labels: {} }, 'have it watched'],
    ['is only told of', { labels: { 'longshore.watch': 'true', 'longshore.mode': 'notify' } }, 'mode auto'],
    ['is left alone', { leftAlone: left }, 'it is paused'],
    ['is stopped, and Compose’s', { leftAlone: stopped, kind: 'compose' }, 'start or remove it'],
    ['is that, and cared for as it is', { leftAlone: lifted, kind: 'compose', labels: caredFor }, 'start or remove it'],
  ])('is held where one of them %s, with what to do', async (_, change, what) => {
    const { app } = stage([web, named('debug', change)])

    const decided = await withFollowers(app, web, due('debug'), signal)

    expect(decided).toMatchObject({ state: 'held', isRolloutDue: false, reason: { code: 'DEPENDENT' } })
    expect(decided.reason.sentence).toContain('local/container/debug lives in its container and would break')
    expect(decided.reason.sentence).toContain(what)
  })

  const stoppedWeb = { code: 'PROVIDER_STOPPED', sentence: 'web, whose network it uses, does not run', isHeld: true }
  const goneData = { code: 'PROVIDER_GONE', sentence: 'data, whose volumes it uses, is gone', isHeld: true }
  test.each<[string, Partial<Workload>, boolean]>([
    ['waits for just that', { leftAlone: { ...stoppedWeb, waitsFor: [web.id] } }, true],
    ['waits for that and for another', { leftAlone: { ...goneData, waitsFor: [web.id] } }, true],
    ['is down already, since another is gone', { leftAlone: { ...goneData, waitsFor: [] }, isRunning: false }, true],
    ['runs, and could not be made again since another is gone', { leftAlone: { ...goneData, waitsFor: [] } }, false],
  ])('where one of them %s: due is %j %s', async (_, change, isDue) => {
    const decided = await withFollowers(stage([web, named('debug', change)]).app, web, due('debug'), signal)

    expect(decided.isRolloutDue).toBe(isDue)
    if (!isDue) expect(decided.reason.sentence).toContain('would break: data, whose volumes it uses, is gone')
  })

  test('is due where one of them waits for another of them', async () => {
    const waits = { ...stoppedWeb, waitsFor: ['local/container/debug'] }
    const all = [web, debug, named('more', { leftAlone: waits })]

    expect(
      (await withFollowers(stage(all, ready({ debug: ['more'] })).app, web, due('debug'), signal)).isRolloutDue,
    ).toBe(true)
  })

  test('is due where one of them is a container that is stopped, or names no tag', async () => {
    const noTag = { code: 'NOT_A_TAG', sentence: 'it was created from an image id' }
    const all = [web, named('debug', { leftAlone: stopped }), named('more', { leftAlone: noTag })]

    expect((await withFollowers(stage(all).app, web, due('debug', 'more'), signal)).isRolloutDue).toBe(true)
  })

  test('is held where one of them is a Compose service that names no tag, and so could not be made again', async () => {
    const noTag = { code: 'NOT_A_TAG', sentence: 'its file names a digest' }
    const pinned = { ...named('debug', { leftAlone: noTag }), kind: 'compose' as const }

    const decided = await withFollowers(stage([web, pinned]).app, web, due('debug'), signal)

    expect(decided).toMatchObject({ state: 'held', reason: { code: 'DEPENDENT' } })
    expect(decided.reason.sentence).toContain('its file names a digest')
  })

  test('is held while one of them is paused by a person', async () => {
    const { app, store } = stage([web, debug])
    const since = '2026-01-01T00:00:00.000Z'
    await store.setPause({ workload: debug.id, until: null, since, actor: 'ada', reason: 'a demo' })

    expect((await withFollowers(app, web, due('debug'), signal)).reason.sentence).toContain('is paused by ada')
  })

  test('is held where one of them could not be made again, far away too', async () => {
    const drifted = { kind: 'held', reason: { code: 'COMPOSE_DRIFT', sentence: 'its files were edited' } } as const
    const prepare = async (each: Workload) => (each.name === 'more' ? drifted : ready({ debug: ['more'] })(each))

    const { reason } = await withFollowers(stage([web, debug, named('more')], prepare).app, web, due('debug'), signal)

    expect(reason.sentence).toBe('local/container/more lives in its container and would break: its files were edited')
  })

  test('is held where that comes back to itself', async () => {
    const { app } = stage([web, debug], ready({ debug: ['web'] }))

    expect((await withFollowers(app, web, due('debug'), signal)).reason.sentence).toContain('circle')
  })

  test('is unknown while its target cannot tell', async () => {
    const prepare = async () => {
      throw new AppError('TARGET_UNAVAILABLE', 'the engine is away')
    }

    expect(await withFollowers(stage([web, debug], prepare).app, web, due('debug'), signal)).toMatchObject({
      state: 'unknown',
      reason: { code: 'TARGET_UNAVAILABLE' },
    })
  })

  test('waits while one of them has a rollout of its own', async () => {
    const { app, store } = stage([web, debug])
    const open = { ...rolloutOf(debug.id), stage: 'forward', outcome: null, endedAt: null } as const
    await store.saveRollout(open)

    const decided = await withFollowers(app, web, due('debug'), signal)

    expect(decided).toMatchObject({ state: 'rolling-out', isRolloutDue: false, waitsFor: debug.id })
  })
})

test('a rollout waits while one of a project is under way that has to follow it with another service', async () => {
  const sync = named('sync', { id: 'local/compose/shop/sync', kind: 'compose' })
  const { app, store } = stage([web, sync])
  const api = { ...rolloutOf('local/compose/shop/api'), name: 'shop/api' }
  await store.saveRollout({ ...api, stage: 'forward', outcome: null, endedAt: null })
  const decided = { ...due(), followedBy: [sync.id] }
  const [target] = app.targets

  const found = await withFollowers({ ...app, targets: target ? [target] : [] }, web, decided, signal)

  expect(found).toMatchObject({ state: 'rolling-out', isRolloutDue: false, waitsFor: 'local/compose/shop/api' })
})

test('owed is what has to follow and may', async () => {
  const follows = { how: 'recreate', provider: 'web', sentence: 'it is another', isLeftStopped: false } as const
  const told = { labels: { 'longshore.watch': 'true', 'longshore.mode': 'notify' } }
  const { app } = stage([web, named('debug', { follows }), named('told', { follows, ...told })])

  expect(await owedFollows(app, [], signal)).toEqual([])
  expect(await owedFollows(app, [rolloutOf(web.id)], signal)).toEqual([debug.id])
})
