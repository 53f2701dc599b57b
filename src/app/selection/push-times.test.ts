import { describe, expect, test } from 'vitest'
import { digest, running } from '../../../test/fakes/decide-input.ts'
import { startListed } from '../../../test/fakes/listed.ts'
import { AppError } from '../../errors.ts'
import type { Digest } from '../../image/digest.ts'
import type { TagDetail, WantedTags } from '../../registries/registry.ts'
import { readTags } from './push-times.ts'
import { toCandidates } from './candidates.ts'

const hour = 3_600_000
const tags = { '1.4.1': running, b: digest('b'), c: digest('c') }

/** A registry that tells when tags were pushed. */
async function startTimed(confidence: TagDetail['confidence'], policy = 'newest') {
  const listed = await startListed(policy, tags, { 'longshore.mode': 'notify' })
  const wanted: WantedTags[] = []
  const times = new Map([
    ['1.4.1', 1 * hour],
    ['b', 3 * hour],
    ['c', 2 * hour],
  ])
  const failure: { error: AppError | null } = { error: null }
  const registry = {
    ...listed.app.registryFor(''),
    describeTags: async (_: unknown, asked: WantedTags): Promise<readonly TagDetail[]> => {
      wanted.push(asked)
      if (failure.error !== null) throw failure.error
      return asked.tags.map((tag) => ({
        tag,
        digest: null,
        pushedAt: times.get(tag) ?? null,
        source: 'fake',
        confidence,
      }))
    },
  }
  // The same application, over a registry that tells more.
  Object.assign(listed.app, { registryFor: () => registry })
  return { ...listed, wanted, times, failure }
}

test('newest goes by the times of pushes, also on the very first look', async () => {
  const { pass, times } = await startTimed('exact')
  expect(await pass()).toMatchObject({ candidateTag: 'b', candidate: digest('b') })

  times.set('c', 4 * hour)
  expect(await pass()).toMatchObject({ candidateTag: 'c' })
})

test('what earlier looks were told is handed back, so that it need not be asked for again', async () => {
  const { pass, wanted } = await startTimed('exact')
  await pass()
  await pass()

  expect(wanted.map(({ known }) => [...known.keys()].toSorted())).toEqual([[], ['1.4.1', 'b', 'c']])
  expect(wanted[1]?.known.get('b')).toMatchObject({ pushedAt: 3 * hour, confidence: 'exact', source: 'fake' })
})

test('a tag that was seen to name another digest is asked about again', async () => {
  const { app, pass, push, wanted } = await startTimed('exact')
  const digests = new Map<string, Digest>([['b', digest('b')]])
  const registry = app.registryFor('')
  const describeTags = async (...asked: Parameters<NonNullable<typeof registry.describeTags>>) =>
    ((await registry.describeTags?.(...asked)) ?? []).map((each) => ({
      ...each,
      digest: digests.get(each.tag) ?? null,
    }))
  Object.assign(app, { registryFor: () => ({ ...registry, describeTags }) })
  await pass()
  await pass()
  expect(wanted.at(-1)?.known.has('b')).toBe(true)
  push({ ...tags, b: digest('d') })
  await pass()
  digests.set('b', digest('d'))

  await pass()
  expect(wanted.at(-1)?.known.has('b')).toBe(false)
  await pass()
  expect(wanted.at(-1)?.known.get('b')).toMatchObject({ digest: digest('d') })
})

test.each(['digest-first-push', 'created'] as const)(
  'tags of the first look are put in order by a time that is %s, for want of a better one',
  async (kind) => {
    const { pass } = await startTimed(kind)
    expect(await pass()).toMatchObject({ candidateTag: 'b', candidate: digest('b') })
  },
)

test('where there are no times, the first look holds', async () => {
  const { pass } = await startTimed('none')
  expect(await pass()).toMatchObject({ state: 'current', candidateTag: '1.4.1' })
})

describe.each(['digest-first-push', 'created'] as const)('of tags that come later, a time that is %s', (kind) => {
  test('that is older than the look before is not that of the tag, which is newer', async () => {
    const { pass, push, times } = await startTimed(kind)
    await pass()
    times.set('old', hour / 2)
    push({ ...tags, old: digest('d') })

    expect(await pass()).toMatchObject({ candidateTag: 'old' })
  })

  test('puts those of one look in order, if it is of after the look before', async () => {
    const { pass, push, times, world } = await startTimed(kind)
    await pass()
    const at = world.clock.now()
    world.clock.advance(5 * 60_000)
    times.set('x', at + 3000).set('y', at + 2000)
    push({ ...tags, x: digest('e'), y: digest('f') })

    expect(await pass()).toMatchObject({ candidateTag: 'x' })
  })

  test('orders nothing where it tells of one of two that came at once: both may be the last', async () => {
    const { pass, push, times, world } = await startTimed(kind)
    await pass()
    const at = world.clock.now()
    world.clock.advance(5 * 60_000)
    times.set('x', at + 3000).set('old', hour / 2)
    push({ ...tags, x: digest('e'), old: digest('d') })

    expect(await pass()).toMatchObject({ state: 'held', reason: { code: 'ORDER_UNKNOWN' } })
  })

  test('that two tags share is that of one image, and else no order', async () => {
    const { pass, push, times } = await startTimed(kind)
    times.set('x', 4 * hour).set('y', 4 * hour)
    push({ ...tags, x: digest('e'), y: digest('e') })
    expect(await pass()).toMatchObject({ candidate: digest('e') })

    push({ ...tags, x: digest('e'), y: digest('d') })
    times.set('z', 5 * hour).set('w', 5 * hour)
    push({ ...tags, w: digest('e'), z: digest('d') })
    expect(await pass()).toMatchObject({ state: 'held', reason: { code: 'ORDER_UNKNOWN' } })
  })
})

test.each(['digest-first-push', 'created'] as const)(
  'a tag that moves is newer than a time that is %s says',
  (confidence) => {
    const at = '2026-11-20T12:00:00.000Z'
    const push = { at: hour, digest: null, confidence }
    const listed = [{ tag: 'main', firstSeenAt: '2026-11-01T12:00:00.000Z', push, goneSince: null }]
    const observation = {
      registry: '',
      repository: '',
      tag: 'main',
      digest: running,
      reads: 1,
      seenAt: at,
      failure: null,
    }
    const observations = [{ ...observation, firstSeenAt: at }]

    expect(toCandidates({ listed, observations, moved: [], restoredAt: null })).toMatchObject([{ pushedAt: hour }])
    expect(toCandidates({ listed, observations, moved: ['main'], restoredAt: null })).toMatchObject([
      { pushedAt: null, hasMoved: true, firstSeenAt: Date.parse(at) },
    ])
    const pushes = [{ ...listed[0], push: { ...push, at: Date.parse(at) + hour } }] as typeof listed
    const restoredAt = '2026-11-21T12:00:00.000Z'
    // When the state was restored says when its age begins, and nothing of when it was pushed.
    expect(toCandidates({ listed: pushes, observations, moved: ['main'], restoredAt })).toMatchObject([
      { pushedAt: Date.parse(at) + hour, firstSeenAt: Date.parse(restoredAt) },
    ])
  },
)

test('a registry that fails to tell times still tells tags', async () => {
  const { pass, failure, push } = await startTimed('exact')
  await pass()
  failure.error = new AppError('REGISTRY_UNAVAILABLE', 'its own API is away')
  push({ ...tags, d: digest('d') })

  // Seen just now, which is later than all pushes that are known.
  expect(await pass()).toMatchObject({ candidateTag: 'd' })
})

test('a list that tells the times itself is read once, for tags and times alike', async () => {
  const { pass, app, asked } = await startListed('newest', tags, { 'longshore.mode': 'notify' })
  const told: readonly (readonly [string, number])[] = [
    ['1.4.1', 1],
    ['b', 3],
    ['c', 2],
  ]
  const never = () => Promise.reject(new Error('nobody has to ask this'))
  const list = async () =>
    told.map(([tag, hours]) => ({
      tag,
      digest: null,
      pushedAt: hours * hour,
      source: 'fake',
      confidence: 'digest-first-push' as const,
    }))
  const registry = { ...app.registryFor(''), listTags: never, describeTags: never, listDetails: list }
  Object.assign(app, { registryFor: () => registry })

  expect(await pass()).toMatchObject({ candidateTag: 'b', candidate: digest('b') })
  expect(asked()).toEqual(['resolve web:b'])
})

test('nobody asks for times where they do not matter', async () => {
  const { pass, wanted } = await startTimed('exact', 'semver')
  await pass()
  expect(wanted).toEqual([])
})

test('a list that is too large with its times is read without them, and keeps those that are known', async () => {
  const { app } = await startListed('newest', tags)
  const tooLarge = new AppError('REGISTRY_TOO_LARGE', 'registry.example/app: it has more tags than can be held')
  const listTags = async () => Object.keys(tags)
  const registry = { ...app.registryFor(''), listTags, listDetails: () => Promise.reject(tooLarge) }
  const known = new Map([['b', { at: 1 * hour, digest: null, confidence: 'exact' as const }]])
  const repository = { registry: 'registry.example', repository: 'app' }

  const read = await readTags(registry, repository, known, new AbortController().signal)

  expect(read).toEqual({ tags: Object.keys(tags), pushes: known })
})
