import { expect, test } from 'vitest'
import { AppError } from '../../errors.ts'
import type { Digest } from '../../image/digest.ts'
import { digest, running } from '../../../test/fakes/decide-input.ts'
import { startListed } from '../../../test/fakes/listed.ts'
import { createControl } from '../words/create-control.ts'
import { planPass } from '../passes/plan-pass.ts'

const by = { actor: 'ada', reason: null }
const old = { '1.4.0': digest('c'), '1.4.1': running }
const better = { ...old, '1.4.2': digest('d') }

test('`why` tells the chosen tag, and what would be better if it were not kept back', async () => {
  const all = { ...better, '1.5.0': digest('f') }
  const { pass, app, world } = await startListed('semver', all, { 'longshore.mode': 'notify' })
  world.platforms.set(digest('f'), 'linux/riscv64')
  await pass()

  const { sentences, wants } = await createControl(app).why('web')

  expect(wants).toBe(digest('d'))
  expect(sentences).toEqual(
    expect.arrayContaining([
      'Wanted is what the tag 1.4.2 names (dddddddddddd): its policy, semver, chooses that tag.',
      'It is not rolled out now: its policy chooses 1.4.2; mode notify never acts.',
      'Besides, 1.5.0 is better, but it is not there for linux/amd64.',
    ]),
  )
})

test('`why`, `plan` and `explain` look and leave nothing behind', async () => {
  const { pass, app, world, push, store, stop } = await startListed('semver', old)
  await pass()
  push(better)
  const list = await store.tagList('registry.example.com', 'web')
  const rows = await store.tagObservations('registry.example.com', 'web')

  const plan = await planPass(app, stop.signal)
  const told = await createControl(app).explain('web')
  await createControl(app).why('web')

  expect(plan.workloads).toMatchObject([{ decision: { reason: { code: 'BETTER_TAG' }, candidateTag: '1.4.2' } }])
  // It only knows the list as it was read last.
  expect(told).toMatchObject({
    workload: 'local/container/web',
    current: '1.4.1',
    decision: { state: 'current', tag: '1.4.1', digest: running },
    choice: { policy: 'semver', selected: { tag: '1.4.1' }, code: 'NOTHING_BETTER' },
  })
  expect(told.choice.candidates.map(({ tag, verdict }) => [tag, verdict])).toEqual([
    ['1.4.1', 'selected'],
    ['1.4.0', 'not-newer'],
  ])
  expect(await store.tagList('registry.example.com', 'web')).toEqual(list)
  expect(await store.tagObservations('registry.example.com', 'web')).toEqual(rows)
  expect(world.workloads).toHaveLength(1)
})

test('a workload that follows one tag is explained as well', async () => {
  const { pass, app } = await startListed('pin:1.4.0', old, { 'longshore.mode': 'notify' })
  await pass()

  expect(await createControl(app).explain('web')).toMatchObject({
    current: '1.4.1',
    decision: { state: 'outdated', tag: '1.4.0', digest: digest('c') },
    choice: { code: 'TAG_FOLLOWED', selected: { tag: '1.4.0' } },
  })
})

test('a tag that is pinned and not there for the platform is explained as it is decided: held', async () => {
  const { pass, app, world } = await startListed('pin:1.4.0', old)
  world.platforms.set(digest('c'), 'linux/riscv64')
  await pass()

  expect(await createControl(app).explain('web')).toMatchObject({
    decision: { state: 'held' },
    choice: {
      selected: null,
      code: 'TAG_HELD',
      reason: '1.4.0 is followed, but it is not there for linux/amd64',
      candidates: [{ tag: '1.4.0', verdict: 'platform-missing' }],
    },
  })
})

test('what could not be looked up is explained as it is decided: not known', async () => {
  const { pass, app, world } = await startListed('pin:1.4.0', old)
  world.refusals.set('web:1.4.0', new AppError('REGISTRY_NOT_FOUND', 'web:1.4.0 is not there'))
  await pass()

  const { decision, choice } = await createControl(app).explain('web')

  expect(decision).toMatchObject({ state: 'unknown', reason: { code: 'REGISTRY_NOT_FOUND' } })
  expect(choice).toMatchObject({ selected: null, code: 'REGISTRY_NOT_FOUND' })
})

test('more looks than may be had are explained as they are decided: not known', async () => {
  const many = Object.fromEntries(
    Array.from({ length: 50 }, (_, at) => [`1.5.${at}`, `sha256:${String(at).padStart(64, '0')}` as Digest]),
  )
  const { pass, app, world } = await startListed('semver', { ...old, ...many })
  for (const named of Object.values(many)) world.platforms.set(named, 'linux/riscv64')

  expect(await pass()).toMatchObject({ state: 'unknown', reason: { code: 'LOOKS_SPENT' } })
  const { decision, choice } = await createControl(app).explain('web')

  expect(decision).toMatchObject({ state: 'unknown', reason: { code: 'LOOKS_SPENT' } })
  expect([choice.selected, choice.code, choice.reason]).toEqual([null, 'LOOKS_SPENT', decision.reason.sentence])
})

test('mode notify says what its policy chooses, and does nothing', async () => {
  const { pass, store, web } = await startListed('semver', better, { 'longshore.mode': 'notify' })

  expect(await pass()).toMatchObject({
    state: 'outdated',
    reason: { code: 'NOTIFY_ONLY', sentence: 'its policy chooses 1.4.2; mode notify never acts' },
  })
  expect(await store.rollouts(web.id, 9)).toEqual([])
})

test('a pin holds against the policy, which goes on from what runs once it is unpinned', async () => {
  const { pass, app, store, web } = await startListed('semver', better)
  const control = createControl(app)
  await control.pin('web', '1.4.1', by)
  expect(await pass()).toMatchObject({ state: 'current', reason: { code: 'PINNED' } })

  expect((await control.unpin('web', by)).sentence).toBe(
    'local/container/web is not pinned any more; its policy, semver, goes on from 1.4.1',
  )
  await pass()

  expect(await store.rollouts(web.id, 9)).toMatchObject([{ tag: '1.4.2', digest: digest('d') }])
  expect(await store.override(web.id)).toBeNull()
  expect((await store.history({ workload: web.id, limit: 9 })).find(({ kind }) => kind === 'unpin')?.reason).toEqual({
    code: 'UNPINNED',
    sentence: 'unpinned',
  })
})

test('`deploy` without an image rolls out what the policy chooses, by a fresh look', async () => {
  const { pass, app, store, web, push } = await startListed('semver', old, { 'longshore.mode': 'notify' })
  await pass()
  push(better)

  expect((await createControl(app).deploy('web', null, by)).sentence).toBe(
    'local/container/web is to run what 1.4.2 names, now',
  )
  await pass()

  expect(await store.rollouts(web.id, 9)).toMatchObject([{ tag: '1.4.2' }])
})

test('`deploy` of a tag says that the policy goes on from there', async () => {
  const { app } = await startListed('semver', better)

  expect((await createControl(app).deploy('web', '1.4.0', by)).sentence).toBe(
    'local/container/web is to run 1.4.0, and its policy, semver, goes on from there',
  )
})

test('`resume` believes a list that lost most of its tags', async () => {
  const { pass, app, push } = await startListed('semver', { ...old, '1.0.0': digest('1'), '1.1.0': digest('2') })
  await pass()
  push({ '1.4.1': running })
  expect(await pass()).toMatchObject({ state: 'unknown', reason: { code: 'LIST_HALVED' } })

  await createControl(app).resume('web', by)

  expect(await pass()).toMatchObject({ state: 'current' })
})

test('a tag that is followed has to be as old as minAge, too', async () => {
  const { pass, world, push, store, web } = await startListed('digest', old, { 'longshore.min-age': '1h' })
  await pass()
  push({ ...old, '1.4.1': digest('d') })

  const young = await pass()
  expect(young).toMatchObject({ state: 'held', reason: { code: 'TAG_HELD' }, candidate: digest('d') })
  expect(young?.reason.sentence).toMatch(
    /^1.4.1 is followed, but it has been there for \d+ of 60 minutes; it is old enough at .* UTC$/,
  )
  expect(young?.againInMs).toBeGreaterThan(3_500_000)
  await world.clock.pass(3_600_000)
  await pass()

  expect(await store.rollouts(web.id, 9)).toMatchObject([{ tag: '1.4.1', digest: digest('d') }])
})
