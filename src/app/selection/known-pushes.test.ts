import { expect, test } from 'vitest'
import { digest } from '../../../test/fakes/decide-input.ts'
import type { KeptPush, ListedTag } from '../../store/store.ts'
import { knownPushes } from './known-pushes.ts'

const now = '2026-01-10T00:00:00.000Z'
const push: KeptPush = { at: 1000, digest: digest('a'), confidence: 'created', source: 'gitlab-api' }
const row = (more: Partial<ListedTag> = {}): ListedTag => ({
  tag: 'latest',
  firstSeenAt: '2026-01-01T00:00:00.000Z',
  goneSince: null,
  push,
  ...more,
})

test.each([
  ['a tag that stayed', row(), digest('a'), true],
  ['a tag that nobody looked up', row(), null, true],
  ['a tag that moved', row(), digest('b'), false],
  ['a tag whose digest the registry did not tell', row({ push: { ...push, digest: null } }), digest('b'), true],
  ['a tag that was gone', row({ goneSince: '2026-01-09T00:00:00.000Z' }), digest('a'), false],
  ['a tag that nothing was told of', row({ push: null }), digest('a'), false],
  ['an old tag without a time', row({ push: { ...push, at: null } }), digest('a'), true],
  [
    'a new tag without a time',
    row({ push: { ...push, at: null }, firstSeenAt: '2026-01-09T23:30:00.000Z' }),
    digest('a'),
    false,
  ],
] as const)('of %s the push is known: %#', (_what, listed, seen, isKnown) => {
  const observations = [{ tag: 'other', digest: digest('c') }, ...(seen ? [{ tag: 'latest', digest: seen }] : [])]

  expect(knownPushes([row({ tag: 'other' }), listed], observations, now).has('latest')).toBe(isKnown)
})

test('what the first look found is asked for once, whether or not it has a time', () => {
  const all = ['one', 'two'].map((tag) => row({ tag, push: { ...push, at: null }, firstSeenAt: now }))

  expect([...knownPushes(all, [], now).keys()]).toEqual(['one', 'two'])
})
