import { expect, test } from 'vitest'
import { digest, ended, running } from '../../../test/fakes/decide-input.ts'
import { host, startListed } from '../../../test/fakes/listed.ts'
import { AppError } from '../../errors.ts'
import { why } from '../answers/why.ts'

const old = { '1.4.0': digest('c'), '1.4.1': running }

test('a better tag is rolled out under its own name, by the digest that it was just found to name', async () => {
  const { pass, store, web, push } = await startListed('semver:^1', old)
  expect(await pass()).toMatchObject({ state: 'current', reason: { code: 'CURRENT' } })

  push({ ...old, '1.4.2': digest('d'), '2.0.0': digest('e') })
  await pass()

  const [rollout] = await store.rollouts(web.id, 9)
  expect(rollout).toMatchObject({
    digest: digest('d'),
    tag: '1.4.2',
    image: `${host}/web:1.4.2`,
    fromReference: `${host}/web:1.4.1`,
    policy: 'semver:^1',
  })
})

test('an unchanged list costs one request for it and one for the chosen tag, however many workloads follow it', async () => {
  const { pass, world, asked, web } = await startListed('semver:^1', old)
  world.workloads = [web, { ...web, id: 'local/container/web2', name: 'web2' }]
  await pass()
  expect(asked()).toEqual(['list web', 'resolve web:1.4.1'])
  await pass()
  expect(asked()).toEqual(['list web', 'resolve web:1.4.1'])
})

test('a digest that failed makes way for the next best tag, and is asked for again in case it was mended', async () => {
  const tags = { ...old, '1.4.2': digest('d'), '1.5.0': digest('e') }
  const { pass, store, web, asked, push } = await startListed('semver', old)
  await pass()
  push(tags)
  await store.saveRollout(
    {
      ...ended('rolled-back', digest('e'), 3600),
      workload: web.id,
    },
    {
      quarantine: {
        workload: web.id,
        digest: digest('e'),
        policy: 'semver',
        reason: { code: 'GATE_UNHEALTHY', sentence: 'its health check failed' },
        since: new Date(0).toISOString(),
      },
    },
  )
  await pass()

  const [rollout] = await store.rollouts(web.id, 9)
  expect(rollout).toMatchObject({ tag: '1.4.2', digest: digest('d') })
  expect(asked().toSorted()).toContain('resolve web:1.5.0')

  push({ ...tags, '1.5.0': digest('f') })
  await pass()
  expect((await store.rollouts(web.id, 9))[0]).toMatchObject({ tag: '1.5.0', digest: digest('f') })
})

test('a list that cannot be read, or lost most of its tags, is unknown and never current', async () => {
  const { pass, world, push } = await startListed('semver', { ...old, '1.3.0': digest('1'), '1.2.0': digest('2') })
  await pass()

  world.refusals.set('web', new AppError('REGISTRY_UNAVAILABLE', 'the registry answered 503'))
  expect(await pass()).toMatchObject({
    state: 'unknown',
    reason: {
      code: 'REGISTRY_UNAVAILABLE',
      sentence: 'the registry answered 503; the list of tags was read last 1 min ago',
    },
  })

  world.refusals.clear()
  push({ '1.4.1': running })
  expect(await pass()).toMatchObject({
    state: 'unknown',
    reason: {
      code: 'LIST_HALVED',
      sentence:
        'half of the tags or more are gone since the last good look; it has 1 of them now, and had 4 when it was last believed, 2 min ago',
    },
  })

  push({ ...old, '1.3.0': digest('1') })
  expect(await pass()).toMatchObject({ state: 'current' })
})

test('a repository that is gone is told as gone after a while, and what runs is left', async () => {
  const { pass, world, clock } = await startListed('semver', old)
  expect(await pass()).toMatchObject({ state: 'current' })
  world.refusals.set('web', new AppError('REGISTRY_REPOSITORY_UNKNOWN', 'the registry knows no web'))

  const codes: string[] = []
  for (let looks = 0; looks < 4; looks += 1) {
    const decided = await pass()
    codes.push(`${decided?.state} ${decided?.reason.code}`)
    clock.advance(15 * 60_000)
  }

  const unknown = 'unknown REGISTRY_REPOSITORY_UNKNOWN'
  expect(codes).toEqual([unknown, unknown, 'unknown REPOSITORY_GONE', 'unknown REPOSITORY_GONE'])
})

test('a tag that is in the list and not in the registry is no candidate', async () => {
  const { pass, world, push } = await startListed('semver', old)
  push({ ...old, '1.4.2': digest('d') })
  world.refusals.set('web:1.4.2', new AppError('REGISTRY_NOT_FOUND', 'the registry has no web:1.4.2'))

  expect(await pass()).toMatchObject({ state: 'current' })

  world.refusals.set('web:1.4.2', new AppError('REGISTRY_UNAVAILABLE', 'the registry answered 503'))
  expect(await pass()).toMatchObject({ state: 'unknown', reason: { code: 'REGISTRY_UNAVAILABLE' } })
})

test('a better tag without an image for the platform makes way, and the decision says so', async () => {
  const { pass, world, asked } = await startListed('semver', { ...old, '1.4.2': digest('d') })
  world.platforms.set(digest('d'), 'linux/riscv64')

  expect(await pass()).toMatchObject({
    state: 'current',
    reason: {
      sentence: 'it runs what the tag 1.4.1 names; 1.4.2 is better, but it is not there for linux/amd64',
    },
  })
  await pass()
  expect(asked().toSorted()).toEqual(['list web', 'resolve web:1.4.1', 'resolve web:1.4.2'])
})

test('a better tag whose image lacks a part in the registry makes way, until that is there', async () => {
  const { pass, world } = await startListed('semver', { ...old, '1.4.2': digest('d') })
  world.hold.describe = async () => {
    throw new AppError('MANIFEST_INCOMPLETE', 'web lists what is not there')
  }

  expect(await pass()).toMatchObject({
    state: 'current',
    reason: { sentence: expect.stringContaining('1.4.2 is better') },
  })

  world.hold.describe = async () => {}
  expect(await pass()).toMatchObject({ candidateTag: '1.4.2' })
})

test('a tag that is followed and lacks a part is held, not unknown', async () => {
  const { pass, world, web } = await startListed('digest', { '1.4.1': digest('d') }, {})
  world.tags.set('web', digest('d'))
  world.hold.describe = async () => {
    throw new AppError('MANIFEST_INCOMPLETE', 'web lists what is not there')
  }

  expect(web.image).toContain('1.4.1')
  expect(await pass()).toMatchObject({
    state: 'held',
    reason: { code: 'MANIFEST_INCOMPLETE' },
    candidate: digest('d'),
    isRolloutDue: false,
  })
})

test('a tag is rolled out once it is as old as minAge, by a clock of its own if need be', async () => {
  const { pass, world, push, store, web, app } = await startListed('semver', old, { 'longshore.min-age': '1h' })
  await pass()
  push({ ...old, '1.4.2': digest('d') })

  const young = await pass()
  expect(young).toMatchObject({
    state: 'held',
    reason: {
      code: 'TAG_HELD',
      sentence: expect.stringMatching(
        /^1.4.2 is better, but it has been there for 0 of 60 minutes; it is old enough at \d{4}-\d\d-\d\d \d\d:\d\d UTC$/,
      ),
    },
    candidate: running,
  })
  expect((await why(app, 'web')).sentences.join(' ')).toContain('That is what runs. 1.4.2 is better, but')
  expect(young?.againInMs).toBeGreaterThan(3_500_000)
  await world.clock.pass(3_600_000)
  await pass()

  expect(await store.rollouts(web.id, 9)).toMatchObject([{ tag: '1.4.2', policy: expect.stringContaining('"1h"') }])
})

test.each([
  ['digest', '1.4.1'],
  ['semver', '1.4.2'],
])('after a backup took the place of the state the ages of what %s may choose begin anew', async (policy, tag) => {
  const { pass, world, push, store, web } = await startListed(policy, old, { 'longshore.min-age': '1h' })
  await pass()
  push({ ...old, [tag]: digest('d') })
  await pass()
  await world.clock.pass(1_800_000)
  const since = new Date(world.clock.now()).toISOString()
  await store.setHold({ reason: { code: 'STATE_RESTORED', sentence: 'the state was damaged' }, since })
  await store.setHold(null)

  await world.clock.pass(1_800_000)
  expect((await pass())?.reason.sentence).toContain('it has been there for 30 of 60 minutes')
  expect(await store.rollouts(web.id, 9)).toEqual([])
  await world.clock.pass(1_800_000)
  await pass()

  expect(await store.rollouts(web.id, 9)).toMatchObject([{ tag, digest: digest('d') }])
})

test('a wrong policy holds the workload and says what is wrong', async () => {
  const { pass, asked } = await startListed('semver', old, { 'longshore.tags': '/(/' })

  expect(await pass()).toMatchObject({
    state: 'held',
    reason: { code: 'POLICY_INVALID', sentence: expect.stringContaining('include[0]') },
  })
  expect(asked()).toEqual([])
})

test('what ran before under another tag needs no second look, since no tag went back', async () => {
  const { pass, store, web, push } = await startListed('semver', old)
  await pass()
  push({ ...old, '1.4.2': digest('d') })
  const before = { ...ended('succeeded', digest('d'), 7200), workload: web.id, tag: '1.4.2' }
  await store.saveRollout(before)
  await store.saveRollout({ ...ended('succeeded', running, 3600, digest('d')), workload: web.id, tag: '1.4.1' })
  await pass()

  expect((await store.rollouts(web.id, 9))[0]).toMatchObject({ tag: '1.4.2', digest: digest('d') })
})

test('a tag that goes back to what it named before is looked at twice', async () => {
  const { pass, push, asked } = await startListed('semver', old, { 'longshore.mode': 'notify' })
  for (const named of [digest('d'), digest('e')]) {
    push({ ...old, '1.4.2': named })
    await pass()
  }
  push({ ...old, '1.4.2': digest('d') })
  expect(await pass()).toMatchObject({ reason: { code: 'NOTIFY_ONLY' }, candidate: digest('d') })
  expect(asked().filter((each) => each === 'resolve web:1.4.2')).toHaveLength(2)
})

test('a better name for what runs is nothing to roll out', async () => {
  const { pass, store, web } = await startListed('semver', { ...old, '1.4.2': running })

  expect(await pass()).toMatchObject({ state: 'current', candidateTag: '1.4.2' })
  expect(await store.rollouts(web.id, 9)).toEqual([])
})
