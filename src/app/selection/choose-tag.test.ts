import fc from 'fast-check'
import { expect, test } from 'vitest'
import { digest } from '../../../test/fakes/decide-input.ts'
import { candidate } from '../../../test/fakes/selection.ts'
import type { Digest } from '../../image/digest.ts'
import { parsePlatform } from '../../image/platform.ts'
import type { Candidate, Policy } from '../../policies/policy.ts'
import { loadPolicy } from '../../wire-policies.ts'
import { chooseTag, type ChoiceContext, type TagSources } from './choose-tag.ts'

const now = Date.parse('2026-11-20T12:00:00Z')
const hour = 3_600_000
const amd64 = parsePlatform('linux/amd64')

/** What a registry has, and what it was asked. */
function createSources(
  has: Readonly<
    Record<string, { digest: Digest; seen?: number; moved?: boolean; platform?: string } | 'gone' | 'away'>
  >,
) {
  const asked: string[] = []
  const sources: TagSources = {
    async digest(tag) {
      asked.push(tag)
      const found = has[tag] ?? 'gone'
      if (found === 'gone') return { kind: 'gone', isAsked: true }
      if (found === 'away')
        return { kind: 'failed', code: 'REGISTRY_UNAVAILABLE', sentence: 'no answer', isAsked: true }
      const known = { digest: found.digest, firstSeenAt: found.seen ?? now, hasMoved: found.moved ?? false }
      return { kind: 'found', known, isAsked: true }
    },
    async platforms(of) {
      const found = Object.entries(has).find(([, each]) => typeof each === 'object' && each.digest === of)
      asked.push(`platforms of ${found?.[0]}`)
      const its = found?.[1]
      return { platforms: [parsePlatform((typeof its === 'object' && its.platform) || 'linux/amd64')], isAsked: true }
    },
  }
  return { sources, asked }
}

async function choose(
  policy: unknown,
  current: string | null,
  tags: readonly (string | Candidate)[],
  has: Parameters<typeof createSources>[0],
  change: Partial<ChoiceContext> = {},
) {
  const { sources, asked } = createSources(has)
  const known = tags.map((each) => (typeof each === 'string' ? candidate(each) : each))
  const context = { current, platform: null, now, quarantined: new Set<Digest>(), list: 'whole' as const, ...change }
  const { selection, trouble } = await chooseTag(await loadPolicy(policy), known, context, sources)
  return { chosen: selection.chosen, code: selection.code, trouble, asked }
}

test('what is chosen is looked up, and nothing else', async () => {
  const found = await choose('semver', '1.0.0', ['1.0.0', '1.1.0', '1.2.0'], { '1.2.0': { digest: digest('a') } })
  expect(found).toMatchObject({ chosen: { tag: '1.2.0', digest: digest('a') }, trouble: null, asked: ['1.2.0'] })
})

test('a tag that is gone makes way for the next, and one that cannot be looked up for none', async () => {
  const has = { '1.1.0': { digest: digest('a') } }
  expect(await choose('semver', '1.0.0', ['1.0.0', '1.1.0', '1.2.0'], has)).toMatchObject({
    chosen: { tag: '1.1.0' },
    asked: ['1.2.0', '1.1.0'],
  })
  expect(await choose('semver', '1.0.0', ['1.0.0', '1.1.0', '1.2.0'], { ...has, '1.2.0': 'away' })).toMatchObject({
    trouble: { tag: '1.2.0', code: 'REGISTRY_UNAVAILABLE' },
  })
})

test('platforms are looked up from the best down, until one fits', async () => {
  const has = {
    '1.1.0': { digest: digest('a') },
    '1.2.0': { digest: digest('b'), platform: 'linux/arm64' },
  }
  const found = await choose('semver', '1.0.0', ['1.0.0', '1.1.0', '1.2.0'], has, { platform: amd64 })
  expect(found.chosen?.tag).toBe('1.1.0')
  expect(found.asked).toEqual(['1.2.0', 'platforms of 1.2.0', '1.1.0', 'platforms of 1.1.0'])
})

test('what failed here is looked up again, and is chosen when it names something else by now', async () => {
  const failed = candidate('1.2.0', { digest: digest('b'), firstSeenAt: now })
  const tags = ['1.0.0', failed]
  const here = { '1.0.0': { digest: digest('a') } }
  const context = { quarantined: new Set([digest('b')]) }

  expect(await choose('semver', '1.0.0', tags, { ...here, '1.2.0': { digest: digest('b') } }, context)).toMatchObject({
    chosen: { tag: '1.0.0' },
    asked: ['1.0.0', '1.2.0'],
  })
  expect(await choose('semver', '1.0.0', tags, { ...here, '1.2.0': { digest: digest('c') } }, context)).toMatchObject({
    chosen: { tag: '1.2.0', digest: digest('c') },
  })
})

test('ages begin to count for every better tag, and a limit on looks delays that and nothing else', async () => {
  const tags = Array.from({ length: 50 }, (_, index) => `1.${index}.0`)
  const has = Object.fromEntries(tags.map((tag) => [tag, { digest: digest('a') }]))
  const policy = { order: 'semver', minAge: '1h' }

  const found = await choose(policy, '1.0.0', tags, has)

  expect(found).toMatchObject({ chosen: { tag: '1.0.0' }, trouble: null })
  expect(found.asked).toHaveLength(20)
  expect(found.asked[0]).toBe('1.49.0')
})

test('an age that nobody can tell holds back, and is asked for once', async () => {
  const sources: TagSources = {
    digest: async () => ({
      kind: 'found',
      known: { digest: digest('a'), firstSeenAt: null, hasMoved: false },
      isAsked: true,
    }),
    platforms: async () => ({ platforms: [], isAsked: true }),
  }
  const policy = await loadPolicy({ order: 'semver', minAge: '1h' })
  const context = { current: '1.0.0', platform: null, now, quarantined: new Set<Digest>(), list: 'whole' as const }
  const { selection } = await chooseTag(policy, [candidate('1.0.0'), candidate('1.1.0')], context, sources)
  expect(selection).toMatchObject({ chosen: { tag: '1.0.0' }, code: 'NOTHING_BETTER' })
})

test('a moved digest begins a new age, also while it waits', async () => {
  const young = candidate('1.1.0', { digest: digest('a'), firstSeenAt: now - hour })
  const has = { '1.0.0': { digest: digest('0') }, '1.1.0': { digest: digest('b'), seen: now, moved: true } }
  const found = await choose({ order: 'semver', minAge: '1h' }, '1.0.0', ['1.0.0', young], has)
  expect(found).toMatchObject({ chosen: { tag: '1.0.0' }, asked: ['1.1.0', '1.0.0'] })
})

test('too many to look up is told as not known', async () => {
  const tags = Array.from({ length: 30 }, (_, index) => `1.${index}.0`)
  const has = Object.fromEntries(
    tags.map((tag, index) => [
      tag,
      { digest: `sha256:${String(index).padStart(64, '0')}` as Digest, platform: 'linux/arm64' },
    ]),
  )
  const found = await choose('semver', '1.0.0', tags, has, { platform: amd64 })
  expect(found.trouble).toMatchObject({ code: 'LOOKS_SPENT' })
})

test('of thousands of tags, all are gone through once, however many have to be looked up', async () => {
  const names = Array.from({ length: 5000 }, (_, index) => `1.${index}.0`)
  const has = Object.fromEntries(
    names.map((tag, at) => [
      tag,
      at % 3 === 0 ? ('gone' as const) : { digest: digest((at % 10).toString()), platform: 'linux/arm64' },
    ]),
  )
  const policy = await loadPolicy('semver')
  let selected = 0
  const counting: Policy = {
    ...policy,
    select(...question) {
      selected += 1
      return policy.select(...question)
    },
  }
  const context = { current: '1.0.0', platform: amd64, now, quarantined: new Set<Digest>(), list: 'whole' as const }
  const { sources, asked } = createSources(has)

  const { trouble } = await chooseTag(
    counting,
    names.map((tag) => candidate(tag)),
    context,
    sources,
  )

  expect(trouble).toMatchObject({ code: 'LOOKS_SPENT' })
  expect(asked.length).toBeGreaterThan(20)
  expect(selected).toBe(1)
})

test('what is old enough and only not looked up yet is told as not known, and not as too young', async () => {
  const names = Array.from({ length: 30 }, (_, index) => `1.${index}.0`)
  const has = Object.fromEntries(
    names.map((tag, at) => [tag, { digest: digest((at % 10).toString()), platform: 'linux/arm64', seen: 0 }]),
  )
  const known = names.map((tag) => candidate(tag, { firstSeenAt: 0 }))

  const found = await choose({ order: 'semver', minAge: '1h' }, '1.0.0', known, has, { platform: amd64 })

  expect(found.trouble).toMatchObject({ code: 'LOOKS_SPENT', tag: '1.9.0' })
})

test('tags that one build pushed are looked up to see that they name the same, and only then is one chosen', async () => {
  const tags = ['main', 'main-1', 'main-2'].map((tag) =>
    candidate(tag, { listedAt: now - (tag === 'main' ? hour : 0) }),
  )
  const same = { main: { digest: digest('0') }, 'main-1': { digest: digest('a') }, 'main-2': { digest: digest('a') } }
  expect((await choose('newest', 'main', tags, same)).chosen?.digest).toBe(digest('a'))

  const different = { ...same, 'main-2': { digest: digest('b') } }
  expect(await choose('newest', 'main', tags, different)).toMatchObject({ chosen: null, code: 'ORDER_UNKNOWN' })
})

test('the order of the list changes neither the answer nor what is asked', async () => {
  const names = Array.from({ length: 12 }, (_, index) => `1.${index}.${index % 3}`)
  const has = Object.fromEntries(
    names.map((tag, index) => [
      tag,
      index % 4 === 3
        ? ('gone' as const)
        : { digest: digest((index % 10).toString()), platform: index % 3 === 0 ? 'linux/amd64' : 'linux/arm64' },
    ]),
  )
  const expected = await choose('semver', '1.1.1', names, has, { platform: amd64 })
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray(names, { minLength: names.length }), async (shuffled) => {
      expect(await choose('semver', '1.1.1', shuffled, has, { platform: amd64 })).toEqual(expected)
    }),
    { numRuns: 50 },
  )
})
