import { describe, expect, test } from 'vitest'
import { digest, ended, newer } from '../../../test/fakes/decide-input.ts'
import { startFollowed, workloadAt } from '../../../test/fakes/followed.ts'
import type { Workload } from '../../targets/target.ts'
import { decideByState } from '../decisions/decide-by-state.ts'
import { recordDecision } from '../decisions/record-decision.ts'
import { watchedWorkloads, type WatchedWorkload } from '../workloads/watched-workloads.ts'

const { signal } = new AbortController()
const follows = { how: 'restart', provider: 'vpn', sentence: 'vpn was started again', isLeftStopped: false } as const
const named = (name: string, change: Partial<Workload> = {}): Workload => ({
  ...workloadAt('registry.example.com', name, digest('a')),
  ...change,
})
const vpn = named('vpn')
const torrent = named('torrent', { labels: {}, after: [vpn.id], follows })

/** How one of them is taken; null where nobody cares for it. */
async function taken(
  followed: ReturnType<typeof startFollowed>,
  wanted: Workload = torrent,
): Promise<WatchedWorkload | null> {
  const [target] = followed.app.targets
  const all = target === undefined ? [] : await watchedWorkloads(followed.app, target, signal)
  return all.find(({ workload }) => workload.id === wanted.id) ?? null
}

describe('what nobody watches', () => {
  test('follows one that is watched and was restarted by hand, and its registry is not asked', async () => {
    const followed = startFollowed([vpn, torrent])

    const found = await taken(followed)

    expect(found).toMatchObject({ kind: 'watchable', isFollowOnly: true, isListed: false })
    const decided = found && (await decideByState(followed.app, found, signal, true))
    expect(decided).toMatchObject({ isRolloutDue: true, reason: { code: 'PROVIDER_RESTARTED' } })
    expect(followed.world.asked).toEqual([])
  })

  test('follows it also through others that nobody watches, and by its name alone where that is another by now', async () => {
    const between = named('between', { labels: {}, after: [vpn.id] })
    const far = named('far', { labels: {}, after: [between.id], follows: { ...follows, provider: 'between' } })
    const gone = named('gone', { labels: {}, after: [], follows: { ...follows, how: 'recreate' } })
    const followed = startFollowed([vpn, between, far, gone])

    expect((await taken(followed, far))?.kind).toBe('watchable')
    expect((await taken(followed, gone))?.kind).toBe('watchable')
    expect(await taken(followed, between)).toBeNull()
  })

  test('follows one of another kind on the same engine', async () => {
    const followed = startFollowed([{ ...torrent, after: ['local/compose/shop/vpn'] }])
    const [target] = followed.app.targets
    const service = named('vpn', { id: 'local/compose/shop/vpn', kind: 'compose' })
    const compose = target && { ...target, kind: 'compose' as const, listWorkloads: async () => [service] }
    Object.assign(followed.app, { targets: [target, compose] })

    expect((await taken(followed))?.kind).toBe('watchable')
  })

  test.each<[string, Workload, Workload]>([
    ['that one is not watched either', named('vpn', { labels: {} }), torrent],
    ['that one is only told of', named('vpn', { labels: { ...vpn.labels, 'longshore.mode': 'notify' } }), torrent],
    ['its owner says that it is to be left alone', vpn, { ...torrent, labels: { 'longshore.watch': 'false' } }],
    ['it has nothing to follow', vpn, { ...torrent, follows: null }],
  ])('is left alone where %s', async (_, provider, one) => {
    expect(await taken(startFollowed([provider, one]))).toBeNull()
  })

  test('is left to the rollout that is making it again', async () => {
    const followed = startFollowed([vpn, torrent])
    const plan = { instance: 'i', name: 'torrent', image: 'sha256:1', restart: 'no', wasRunning: true, by: [] } as const
    const open = { ...ended(null, newer, 0), workload: vpn.id, stage: 'forward', endedAt: null } as const
    await followed.store.saveRollout({ ...open, dependants: [plan] })

    expect(await taken(followed)).toBeNull()
  })

  test('is told as not watched once it has followed, and why it was touched', async () => {
    const followed = startFollowed([vpn, torrent])
    const due = await taken(followed)
    if (due !== null) await recordDecision(followed.app, due, await decideByState(followed.app, due, signal, true))
    followed.world.workloads = [vpn, { ...torrent, follows: null }]

    const decided = await taken(followed)

    expect(decided).toMatchObject({
      kind: 'unwatchable',
      decision: { state: 'ignored', reason: { code: 'NOT_WATCHED' } },
    })
    const sentence = decided?.kind === 'unwatchable' ? decided.decision.reason.sentence : ''
    expect(sentence).toContain('it lives in local/container/vpn')
  })

  test('follows whatever image somebody gave it meanwhile', async () => {
    const followed = startFollowed([vpn, torrent])
    const due = await taken(followed)
    if (due !== null) await recordDecision(followed.app, due, await decideByState(followed.app, due, signal, true))
    followed.world.workloads = [vpn, { ...torrent, imageId: digest('9') }]

    const again = await taken(followed)

    expect(again && (await decideByState(followed.app, again, signal, true))).toMatchObject({ isRolloutDue: true })
  })
})
