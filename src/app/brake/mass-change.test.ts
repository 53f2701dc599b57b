import { describe, expect, test } from 'vitest'
import { digest, row } from '../../../test/fakes/decide-input.ts'
import { massChangeSentence, mostAtOnce, wantsUnapproved, workloadsOn, type MassStanding } from './mass-change.ts'

const found = { target: 'local', count: 30, most: 20, since: '2026-11-20T12:00:00.000Z' }

describe('so many may change at once', () => {
  test.each<[number | 'default' | 'off', number, number | null]>([
    ['default', 40, null],
    ['default', 41, 20],
    ['off', 1000, null],
    [3, 4, 3],
    [3, 1000, 3],
  ])('with maxChanges %s of %i workloads', (maxChanges, workloads, most) => {
    expect(mostAtOnce({ maxChanges }, workloads)).toBe(most)
  })
})

describe('a change', () => {
  const standing = (change: Partial<MassStanding>): MassStanding => ({
    count: 1,
    most: 20,
    found: null,
    isApproved: false,
    ...change,
  })

  test.each<[string, Partial<MassStanding>, boolean]>([
    ['goes with as many as may', { count: 20 }, false],
    ['is held with one more', { count: 21 }, true],
    ['goes with any number where there is no limit', { count: 5000, most: null }, false],
    ['goes when a person let it through', { count: 5000, isApproved: true }, false],
    ['is held with a few too, once they were too many', { count: 2, found }, true],
    ['goes when it was let through, although others are held', { count: 30, found, isApproved: true }, false],
  ])('%s', (_, change, isHeld) => {
    expect(massChangeSentence(standing(change), 'local') !== null).toBe(isHeld)
  })

  test('is told with the number', () => {
    expect(massChangeSentence(standing({ count: 21 }), 'local')).toMatch(/^21 workloads of local .* more than 20/)
  })
})

describe('among those that want a change', () => {
  const moved = {
    state: 'outdated',
    reason: { code: 'DIGEST_MOVED', sentence: 'it moved' },
    candidate: digest('b'),
  } as const

  const waits = { ...moved, reason: { code: 'WAITS_FOR_OTHER', sentence: '' } }
  const nothing = { approvals: [], underWay: [] }

  test.each<[string, Parameters<typeof row>[0], boolean]>([
    ['is one that is due', moved, true],
    ['is one whose policy chose a better tag', { ...moved, reason: { code: 'BETTER_TAG', sentence: '' } }, true],
    ['is one that waits for another', waits, true],
    [
      'is one that is held for being among too many',
      { state: 'held', reason: { code: 'MASS_CHANGE', sentence: '' }, candidate: digest('b') },
      true,
    ],
    [
      'is one that the brake holds',
      { state: 'held', reason: { code: 'BRAKED', sentence: '' }, candidate: digest('b') },
      true,
    ],
    ['is none that is current', {}, false],
    ['is none that is only to be told of', { ...moved, reason: { code: 'NOTIFY_ONLY', sentence: '' } }, false],
    ['is none that is paused', { ...moved, state: 'held', reason: { code: 'ROLLOUTS_PAUSED', sentence: '' } }, false],
    ['is none that a person asked for', { ...moved, reason: { code: 'DEPLOY_DUE', sentence: '' } }, false],
    ['is none that is made because it is missing', { ...moved, reason: { code: 'ABSENT', sentence: '' } }, false],
    ['is none that is missing and waits for another', { ...waits, imageId: '' }, false],
    ['is a service of a Swarm that names no digest', { ...waits, id: 'local/swarm/web', imageId: '' }, true],
    ['is none that its group takes back', { ...moved, reason: { code: 'TAKE_BACK', sentence: '' } }, false],
  ])('%s', (_, change, expected) => {
    expect(wantsUnapproved(row(change), nothing)).toBe(expected)
  })

  test('is none that was let through, until it wants something else', () => {
    const own = { target: 'local', workload: row().id, digest: digest('b') }

    const known = { ...nothing, approvals: [own] }
    expect(wantsUnapproved(row(moved), known)).toBe(false)
    expect(wantsUnapproved(row({ ...moved, candidate: digest('c') }), known)).toBe(true)
  })

  test.each([
    ['is one that is rolled out', 'replace', true],
    ['is none that is being made', 'create', false],
  ] as const)('%s', (_, procedure, expected) => {
    const open = row({ state: 'rolling-out', reason: { code: 'ROLLOUT_OPEN', sentence: '' }, candidate: digest('b') })
    const known = { ...nothing, underWay: [{ workload: open.id, procedure }] }

    expect(wantsUnapproved(open, known)).toBe(expected)
  })

  test('are only those of the same target that are there', () => {
    const gone = row({ id: 'local/container/gone', reason: { code: 'GONE', sentence: '' } })

    expect(workloadsOn([row(), gone, row({ id: 'local-2/container/web' })], 'local')).toEqual([row()])
  })
})
