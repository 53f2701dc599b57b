import { describe, expect, test } from 'vitest'
import { digest, ended } from '../../../test/fakes/decide-input.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { hasRun, revisionBefore, revisionsNamed, revisionsOf } from './revisions.ts'

const [a, b, c, z] = [digest('a'), digest('b'), digest('c'), digest('e')]

/** Rollouts that went this way, newest first. */
const path = (...digests: readonly (typeof a)[]): readonly Rollout[] =>
  digests
    .slice(1)
    .map((to, at) => ended('succeeded', to, 1000 - at, digests[at]))
    .toReversed()

describe('the revision before what runs', () => {
  test.each<readonly [string, readonly (typeof a)[], typeof a, typeof a | null]>([
    ['is what ran last', [a, b], b, a],
    ['is further back after going back, and not where one fled from', [z, a, b, a], a, z],
    ['is none when one went back to the first', [a, b, a], a, null],
    ['is what ran before a tag that went back and on', [a, b, a, c], c, a],
    ['is the same after a tag went back and forth', [a, b, a, b], b, a],
    ['is what we rolled out last where somebody else put another there', [a, b], c, b],
    ['is none without any rollout', [a], a, null],
  ])('%s', (_, digests, running, expected) => {
    expect(revisionBefore(path(...digests), running)?.digest ?? null).toBe(expected)
  })

  test('counts no version that failed', () => {
    expect(revisionBefore([ended('rolled-back', c, 10, b), ...path(a, b)], b)?.digest).toBe(a)
  })

  test('has the tag that the workload named while it ran', () => {
    const moved = { ...ended('succeeded', b, 10, a), tag: '2', fromReference: 'registry.example.com/team/web:1.4' }

    expect(revisionBefore([moved], b)).toEqual({ digest: a, tag: '1.4' })
  })
})

test('everything that ran is listed once, the latest first', () => {
  expect(revisionsOf(path(a, b, a, c)).map((each) => each.digest)).toEqual([c, a, b])
  expect(hasRun(path(a, b), a) && hasRun(path(a, b), b)).toBe(true)
  expect(hasRun([ended('rolled-back', c, 10, b)], c)).toBe(false)
})

describe('a revision is named by', () => {
  const all = [
    { digest: c, tag: '2' },
    { digest: b, tag: '1' },
    { digest: a, tag: '1' },
  ]

  test.each<readonly [string, string, readonly (typeof a)[]]>([
    ['its digest', a, [a]],
    ['the beginning of its hex', 'aaaa', [a]],
    ['the beginning of its digest', 'sha256:bbbbbb', [b]],
    ['a tag, as it was last', '1', [b]],
    ['nothing too short to be meant', 'aaa', []],
    ['nothing that never ran', 'dddd', []],
  ])('%s', (_, text, expected) => {
    expect(revisionsNamed(all, text).map((each) => each.digest)).toEqual(expected)
  })
})
