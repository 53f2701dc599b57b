import { expect, test } from 'vitest'
import { digest, ended, running } from '../../../test/fakes/decide-input.ts'
import { host, startListed } from '../../../test/fakes/listed.ts'
import { AppError } from '../../errors.ts'
import { createControl } from '../words/create-control.ts'
import { planPass } from '../passes/plan-pass.ts'
import { loadPolicy } from '../../wire-policies.ts'

const by = { actor: 'ada', reason: null }
const old = { '1.4.0': digest('c'), '1.4.1': running }
const immutable = '{"order":"semver","immutable":true}'

test('a tag that moved although it is immutable is an alarm, until a person takes what it names now', async () => {
  const { pass, push, web, world, app } = await startListed(immutable, old)
  await pass()
  push({ ...old, '1.4.1': digest('d') })
  expect(await pass()).toMatchObject({
    state: 'held',
    reason: { code: 'IMMUTABLE_MOVED', sentence: '1.4.1 names another digest than before, and is immutable' },
  })

  await createControl(app).deploy('web', '1.4.1', by)
  world.workloads = [{ ...web, repositoryDigests: [`${host}/web@${digest('d')}`] }]
  await pass()

  expect(await pass()).toMatchObject({ state: 'current', candidateTag: '1.4.1' })
})

test('without immutable the tag that moved is followed, and told as moved', async () => {
  const { pass, push, app, stop } = await startListed('semver', old)
  await pass()
  push({ ...old, '1.4.1': digest('d') })

  expect((await planPass(app, stop.signal)).workloads).toMatchObject([
    {
      decision: {
        state: 'outdated',
        candidate: digest('d'),
        reason: { sentence: 'the tag 1.4.1 moved: it names another digest than the one that runs' },
      },
    },
  ])
})

test('whether a tag that moved was meant to stay is told by what its policy reads of it', async () => {
  const told = async (policy: unknown, tag: string) => (await loadPolicy(policy)).isMeantToStay(tag)
  const extracting = { order: 'semver', include: ['/^app-(.*)$/'], extract: '$1' }

  expect(await told(extracting, 'app-1.4.1')).toBe(true)
  expect(await told(extracting, 'app-1.4')).toBe(false)
  expect(await told('calver:YYYY-MM-DD', '2026-09-01')).toBe(true)
  expect(await told('digest', '1.4.1')).toBe(true)
  expect(await told('newest', 'stable')).toBe(false)
})

test('what was pushed after a tag that is gone from the registry is newer than that', async () => {
  const { pass, push, store, web } = await startListed('newest', old)
  await pass()
  push({ '1.4.0': digest('c'), main: digest('d') })
  await pass()

  expect(await store.rollouts(web.id, 9)).toMatchObject([{ tag: 'main', digest: digest('d') }])
})

test('a replica that answers an older list takes nothing back', async () => {
  const better = { ...old, '1.4.2': digest('d') }
  const { pass, push, store, web, world } = await startListed('semver', better, { 'longshore.mode': 'notify' })
  world.workloads = [{ ...web, image: `${host}/web:1.4.2`, repositoryDigests: [`${host}/web@${digest('d')}`] }]
  expect(await pass()).toMatchObject({ state: 'current' })

  push(old)
  expect(await pass()).toMatchObject({ state: 'held', reason: { code: 'CURRENT_GONE' } })
  push(better)
  expect(await pass()).toMatchObject({ state: 'current' })
  expect(await store.rollouts(web.id, 9)).toEqual([])
})

test('two workloads with policies of their own choose from one list', async () => {
  const all = { ...old, '1.4.2': digest('d'), '2.0.0': digest('e') }
  const { pass, world, web, store, asked } = await startListed('semver:^1', all)
  const other = { ...web, id: 'local/container/web2', name: 'web2' }
  world.workloads = [web, { ...other, labels: { ...web.labels, 'longshore.policy': 'semver' } }]
  await pass()

  expect(await store.rollouts(web.id, 9)).toMatchObject([{ tag: '1.4.2' }])
  expect(await store.rollouts(other.id, 9)).toMatchObject([{ tag: '2.0.0' }])
  expect(asked().filter((each) => each === 'list web')).toHaveLength(1)
})

test.each([`${host}/web`, `${host}/web:latest`])('%s is held under semver, and says so', async (image) => {
  const { pass, world, web } = await startListed('semver', { ...old, latest: running })
  world.workloads = [{ ...web, image }]

  expect(await pass()).toMatchObject({
    state: 'held',
    reason: {
      code: 'CURRENT_NOT_COMPARABLE',
      sentence:
        'the current tag latest cannot be compared: it is no version; extract can say what of it is read, and downgrade chooses all the same',
    },
  })
})

test('a failed digest is tried again under another policy, and under the same one it is not', async () => {
  const failed = { ...old, '1.4.2': digest('d') }
  const { pass, world, web, store } = await startListed('semver', old)
  await store.saveRollout(
    { ...ended('rolled-back', digest('d'), 3600), workload: web.id },
    {
      quarantine: {
        workload: web.id,
        digest: digest('d'),
        policy: 'semver',
        reason: { code: 'GATE_UNHEALTHY', sentence: 'its health check failed' },
        since: new Date(0).toISOString(),
      },
    },
  )
  world.lists.set('web', Object.keys(failed))
  world.tags.set('web:1.4.2', digest('d'))
  expect(await pass()).toMatchObject({ state: 'current' })

  world.workloads = [{ ...web, labels: { ...web.labels, 'longshore.policy': 'semver:^1' } }]
  await pass()

  expect((await store.rollouts(web.id, 9))[0]).toMatchObject({ tag: '1.4.2', policy: 'semver:^1' })
})

test('a pin outlives a change of the policy, and the new one goes on from there', async () => {
  const all = { ...old, '1.4.2': digest('d'), '2.0.0': digest('e') }
  const { pass, world, web, app, store } = await startListed('semver:^1', all)
  await createControl(app).pin('web', '1.4.1', by)
  world.workloads = [{ ...web, labels: { ...web.labels, 'longshore.policy': 'semver' } }]
  expect(await pass()).toMatchObject({ state: 'current', reason: { code: 'PINNED' } })

  await createControl(app).unpin('web', by)
  await pass()

  expect(await store.rollouts(web.id, 9)).toMatchObject([{ tag: '2.0.0', policy: 'semver' }])
})

test('an age survives that the tag was gone for a while, and begins anew with what it names', async () => {
  const young = { ...old, '1.4.2': digest('d') }
  const { pass, push, world } = await startListed('semver', young, { 'longshore.min-age': '1h' })
  await pass()
  push(old)
  await pass()
  await world.clock.pass(1_800_000)
  push(young)
  expect((await pass())?.reason.sentence).toMatch(/1.4.2 is better, but it has been there for 3\d of 60 minutes/)

  push({ ...old, '1.4.2': digest('e') })
  expect((await pass())?.reason.sentence).toContain('1.4.2 is better, but it has been there for 0 of 60 minutes')
})

test('a list that fails on one of its pages decides nothing', async () => {
  const { pass, push, world, store, web } = await startListed('semver', old)
  await pass()
  push({ ...old, '1.4.2': digest('d') })
  world.refusals.set('web', new AppError('REGISTRY_RATE_LIMITED', 'the registry asked us to wait'))

  expect(await pass()).toMatchObject({ state: 'unknown', reason: { code: 'REGISTRY_RATE_LIMITED' } })
  expect(await store.rollouts(web.id, 9)).toEqual([])
})

test('what was pushed while mode was notify is rolled out once it is auto', async () => {
  const { pass, push, world, web, store } = await startListed('semver', old, { 'longshore.mode': 'notify' })
  await pass()
  push({ ...old, '1.4.2': digest('d') })
  await pass()
  expect(await store.rollouts(web.id, 9)).toEqual([])

  world.workloads = [{ ...web, labels: { ...web.labels, 'longshore.mode': 'auto' } }]
  await pass()

  expect(await store.rollouts(web.id, 9)).toMatchObject([{ tag: '1.4.2' }])
})
