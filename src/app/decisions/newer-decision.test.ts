import { afterEach, describe, expect, test, vi } from 'vitest'
import { blankInstance } from '../../../test/fakes/instance-facts.ts'
import { digest, ended, newer, override, running } from '../../../test/fakes/decide-input.ts'
import { startFollowed, workloadAt } from '../../../test/fakes/followed.ts'
import { AppError } from '../../errors.ts'
import type { EffectKind } from '../../rollout/rollout.ts'
import type { Digest } from '../../image/digest.ts'
import type { Target, Workload } from '../../targets/target.ts'
import { runPass } from '../passes/run-pass.ts'
import { runService } from '../passes/run-service.ts'

const host = 'registry.example.com'
const web = workloadAt(host, 'web', running)
const newest = digest('d')

let end = async (): Promise<void> => {}
afterEach(() => end())

/** A target on which the rollout to `newer` hangs at an effect, and any other one where it would create something. */
function stage({ labels = {}, hangsAt = 'pull' }: { labels?: Workload['labels']; hangsAt?: EffectKind } = {}) {
  const followed = startFollowed([{ ...web, labels: { ...web.labels, ...labels } }])
  const { app, world } = followed
  const told: string[] = []
  const hung: (() => void)[] = []
  const old = { ...blankInstance, id: web.instance, name: 'web', status: 'running', restart: web.restart } as const
  world.tags.set('web', newer)
  world.facts = { ...world.facts, old: { ...old, startedAt: '2026-11-20T11:00:00Z' }, nameHolder: old.id }
  for (const target of app.targets) {
    const images = new Set<Digest>()
    const { observe } = target
    const observed: Target['observe'] = async (rollout, signal) => ({
      ...(await observe(rollout, signal)),
      candidateImage: images.has(rollout.digest) ? `image of ${rollout.digest}` : null,
      isProtected: images.has(rollout.digest),
    })
    const apply: Target['apply'] = async ({ digest: to }, effect, { signal }) => {
      const whose = to === newer ? 'newer' : 'newest'
      told.push(`${effect} ${whose}`)
      if (effect === (whose === 'newer' ? hangsAt : 'create')) {
        await new Promise<void>((resolve, reject) => {
          hung.push(resolve)
          signal.addEventListener('abort', () => reject(new AppError('ABORTED', 'it was cut off')))
        })
      }
      if (effect === 'pull') images.add(to)
    }
    Object.assign(target, { observe: observed, apply })
  }
  return { ...followed, told, letGo: () => hung.splice(0).forEach((each) => each()) }
}

type Staged = ReturnType<typeof stage>

async function serve(staged: Staged) {
  const service = runService(staged.app, staged.queue, staged.stop.signal)
  end = async () => {
    staged.stop.abort()
    await letEnd(staged)
    await service
  }
  await staged.clock.pass(0)
}

/** What is made is gone at once, for which a rollout gives up after some tries. */
async function letEnd(staged: Staged) {
  for (let tries = 0; tries < 4; tries += 1) {
    staged.letGo()
    await staged.clock.pass(1000)
  }
}

const pollMs = 330_000

const begun = async ({ store }: Staged) => (await store.rollouts(web.id, 50)).toReversed()

describe('while the former digest is still being pulled', () => {
  test('only the newest rolls out, and the other tells what it made way for', async () => {
    const staged = stage()
    await serve(staged)
    expect(staged.told).toEqual(['pull newer'])

    staged.world.tags.set('web', newest)
    await staged.clock.pass(pollMs)

    const [first, second] = await begun(staged)
    expect(first).toMatchObject({
      digest: newer,
      stage: 'ended',
      outcome: 'superseded',
      candidateAtFault: false,
      reason: { code: 'NEWER_DECISION', sentence: expect.stringContaining('1 (dddddddddddd) is to run by now') },
    })
    expect(second).toMatchObject({ digest: newest })
    expect(staged.told.filter((each) => each.endsWith('newer'))).toEqual(['pull newer'])
    const history = await staged.store.history({ workload: web.id, limit: 20 })
    expect(history.find(({ rollout, kind }) => rollout === first?.id && kind === 'rollout-ended')).toMatchObject({
      reason: { code: 'SUPERSEDED' },
      toDigest: newer,
    })
    expect(await staged.store.quarantines()).toEqual([])
  })

  test('also where the policy chooses another tag by then', async () => {
    const staged = stage({ labels: { 'longshore.policy': 'semver' } })
    const { lists, tags } = staged.world
    lists.set('web', ['1', '2'])
    tags.set('web:1', running).set('web:2', newer).set('web:3', newest)
    await serve(staged)
    // Some policies are loaded when they are first used.
    await vi.waitFor(async () => {
      await staged.clock.pass(0)
      expect(staged.told).toEqual(['pull newer'])
    }, 10_000)

    lists.set('web', ['1', '2', '3'])
    await staged.clock.pass(pollMs)

    const [first, second] = await begun(staged)
    expect(first).toMatchObject({ tag: '2', outcome: 'superseded', reason: { code: 'NEWER_DECISION' } })
    expect(second).toMatchObject({ tag: '3', digest: newest })
  })

  test('a person who asks for something else does not wait for the pull', async () => {
    const staged = stage()
    await serve(staged)

    const since = new Date(staged.clock.now() + 1).toISOString()
    await staged.store.setOverride(override({ workload: web.id, kind: 'pin', tag: '1', digest: newest, since }))
    staged.app.nudges.send({ kind: 'decide', workload: web.id })
    await staged.clock.pass(5000)

    expect((await begun(staged))[0]).toMatchObject({ outcome: 'superseded', reason: { code: 'WITHDRAWN' } })
  })

  test('what is left open by a crash makes way as well', async () => {
    const staged = stage()
    const { endedAt: _, ...left } = ended(null, newer, 0)
    const of = { workload: web.id, name: 'web', oldInstance: web.instance, repository: `${host}/web`, tag: '1' }
    const open = { ...left, ...of, stage: 'forward', reason: null, endedAt: null, attempted: ['pull'] } as const
    await staged.store.saveRollout(open)
    staged.world.tags.set('web', newest)
    await serve(staged)
    await staged.clock.pass(pollMs)

    const [first, second] = await begun(staged)
    expect(['superseded', 'abandoned']).toContain(first?.outcome)
    expect(second).toMatchObject({ digest: newest })
    expect(staged.told).toContain('create newest')
  })

  test('a pass that runs once ends with the newest too', async () => {
    const staged = stage()
    const pass = runPass(staged.app, staged.queue, staged.stop.signal)
    await staged.clock.pass(0)
    staged.world.tags.set('web', newest)
    const seen = await staged.store.tagObservation(host, 'web', '1')
    if (seen !== null) await staged.store.saveTagObservation({ ...seen, digest: newest, reads: 1 })
    staged.app.nudges.send({ kind: 'reconsider', workload: web.id })
    await staged.clock.pass(1000)

    expect(staged.told).toContain('create newest')
    await letEnd(staged)
    await pass
  })

  test('a tag that returns to what runs ends it once a second look agrees', async () => {
    const staged = stage()
    await serve(staged)

    staged.world.tags.set('web', running)
    await staged.clock.pass(pollMs)
    expect((await begun(staged))[0]).toMatchObject({ stage: 'forward' })
    await staged.clock.pass(pollMs)

    const rollouts = await begun(staged)
    expect(rollouts).toHaveLength(1)
    expect(rollouts[0]).toMatchObject({
      outcome: 'superseded',
      reason: { code: 'NEWER_DECISION', sentence: expect.stringContaining('names again what runs') },
    })
    expect(await staged.store.workload(web.id)).toMatchObject({ state: 'current' })
  })

  test.each<[string, (staged: Staged) => void]>([
    ['has no image for its platform', ({ world }) => world.platforms.set(newest, 'linux/s390x')],
    [
      'cannot be looked up',
      ({ world }) => world.refusals.set('web:1', new AppError('REGISTRY_UNAVAILABLE', 'not now')),
    ],
  ])('it goes on where the newest %s', async (_, prepare) => {
    const staged = stage()
    await serve(staged)

    prepare(staged)
    staged.world.tags.set('web', newest)
    await staged.clock.pass(2 * pollMs)

    expect(await begun(staged)).toMatchObject([{ digest: newer, stage: 'forward' }])
    expect(staged.told).toEqual(['pull newer'])
  })
})

test('once something is made, the rollout goes on to its end and the newest comes after it', async () => {
  const staged = stage({ hangsAt: 'create' })
  await serve(staged)
  expect(staged.told.at(-1)).toBe('create newer')

  staged.world.tags.set('web', newest)
  await staged.clock.pass(pollMs)
  expect(await begun(staged)).toMatchObject([{ digest: newer, stage: 'forward' }])
  await letEnd(staged)

  const [first, second] = await begun(staged)
  expect(first).toMatchObject({ stage: 'ended', reason: { code: 'REMOVED_BY_HAND' } })
  expect(second).toMatchObject({ digest: newest })
})
