import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ago,
  decideInput,
  described,
  digest,
  ended,
  newer,
  now,
  observed,
  running,
  workload,
} from '../../../test/fakes/decide-input.ts'
import type { TagObservation } from '../../store/store.ts'
import { decide } from './decide.ts'

const failure = { code: 'REGISTRY_UNAVAILABLE', sentence: 'team/web: no answer', at: ago(1), since: ago(1), count: 1 }

test('rolls out what the tag names now', () => {
  expect(decide(decideInput())).toEqual({
    state: 'outdated',
    reason: { code: 'DIGEST_MOVED', sentence: 'the tag 1 names another digest than the one that runs' },
    candidate: newer,
    isRolloutDue: true,
    definition: null,
    endsOverride: null,
    restoresPin: null,
    againInMs: null,
  })
})

describe('current is', () => {
  const image = digest('2')

  test.each([
    ['the digest under which it was pulled', {}, running],
    ['the same image under another index, as after a rebuild of an attestation', { imageId: image }, newer],
    ['the same manifest, by which containerd names images', { imageId: digest('e') }, newer],
    ['the very index that containerd names it by', { imageId: newer, repositoryDigests: [] }, newer],
  ])('%s', (_, change, found) => {
    const input = decideInput({ workload: { ...workload, ...change }, description: described(found, image) }, found)

    expect(decide(input)).toMatchObject({ state: 'current', candidate: found, isRolloutDue: false })
  })

  test('not the same image pulled from another repository under another digest', () => {
    const elsewhere = { ...workload, repositoryDigests: [`registry.example.com/team/other@${newer}`] }

    expect(decide(decideInput({ workload: elsewhere })).state).not.toBe('current')
  })

  test('not the image of another platform of the same index', () => {
    const other = { ...workload, imageId: digest('f') }

    expect(decide(decideInput({ workload: other })).state).toBe('held')
  })
})

describe('what its registry no longer has', () => {
  const missing = (what: string, looks: number, minutes: number) => {
    const since = ago(minutes * 60)
    return { code: what, sentence: 'team/web: not found', at: ago(1), since, count: looks }
  }

  test.each([
    ['REGISTRY_NOT_FOUND', 2, 60, 'REGISTRY_NOT_FOUND'],
    ['REGISTRY_NOT_FOUND', 3, 29, 'REGISTRY_NOT_FOUND'],
    ['REGISTRY_NOT_FOUND', 3, 30, 'TAG_GONE'],
    ['REGISTRY_REPOSITORY_UNKNOWN', 2, 60, 'REGISTRY_REPOSITORY_UNKNOWN'],
    ['REGISTRY_REPOSITORY_UNKNOWN', 3, 29, 'REGISTRY_REPOSITORY_UNKNOWN'],
    ['REGISTRY_REPOSITORY_UNKNOWN', 3, 30, 'REPOSITORY_GONE'],
    ['REGISTRY_UNAVAILABLE', 9, 90, 'REGISTRY_UNAVAILABLE'],
  ])('%s after %i looks in %i minutes is %s, and nothing is rolled out', (what, looks, minutes, code) => {
    const decided = decide(decideInput({ observation: observed(running, { failure: missing(what, looks, minutes) }) }))

    expect(decided).toMatchObject({ state: 'unknown', reason: { code }, isRolloutDue: false })
    expect(decided.reason.sentence).toMatch(/; last seen /)
  })

  test('is not gone where it was never seen', () => {
    const neverFound = missing('REGISTRY_NOT_FOUND', 9, 90)
    const observation = observed(running, { digest: null, seenAt: null, failure: neverFound })

    expect(decide(decideInput({ observation })).reason.code).toBe('REGISTRY_NOT_FOUND')
  })
})

describe('I6: unknown never reads as current', () => {
  test.each<readonly [string, TagObservation | null, string, RegExp]>([
    ['nobody looked yet', null, 'NOT_SCANNED', /^the tag 1 was not looked up yet$/],
    ['the look failed', observed(running, { failure }), 'REGISTRY_UNAVAILABLE', /no answer; last seen 1 min ago$/],
    [
      'no look ever went well',
      observed(running, { digest: null, seenAt: null, failure }),
      'REGISTRY_UNAVAILABLE',
      /no answer; it was never seen$/,
    ],
    ['the registry named no digest', observed(running, { digest: null }), 'TAG_NOT_SEEN', /was not seen/],
  ])('when %s', (_, observation, code, sentence) => {
    const { state, reason, isRolloutDue } = decide(decideInput({ observation }))

    expect({ state, code: reason.code, isRolloutDue }).toEqual({ state: 'unknown', code, isRolloutDue: false })
    expect(reason.sentence).toMatch(sentence)
  })

  test('whatever else is the case, and nothing is rolled out on it', () => {
    const found = fc.constantFrom(running, newer, null)
    const seconds = fc.integer({ min: 0, max: 10_000 })
    fc.assert(
      fc.property(found, found, fc.boolean(), fc.boolean(), seconds, (last, seen, isKnown, ignoresBackoff, age) => {
        const observation = observed(running, { digest: last, seenAt: last && ago(age), failure })
        const input = decideInput({ observation: isKnown ? observation : null, ignoresBackoff }, seen ?? newer)

        expect(decide(input)).toMatchObject({ state: 'unknown', isRolloutDue: false })
      }),
    )
  })
})

describe('while a rollout is open', () => {
  const open = { ...ended('succeeded', newer, 0), outcome: null, endedAt: null, step: 'J4' } as const

  test.each(['forward', 'passed', 'back'] as const)('%s: says how far it is, and begins no other', (stage) => {
    const decided = decide(decideInput({ rollouts: [{ ...open, stage }] }))

    expect(decided).toMatchObject({ state: 'rolling-out', reason: { code: 'ROLLOUT_OPEN' }, isRolloutDue: false })
    expect(decided.reason.sentence).toContain('J4')
  })

  test('but one that only keeps its old version is no hindrance', () => {
    const kept = { ...ended('succeeded', running, 60, digest('c')), stage: 'kept' } as const

    expect(decide(decideInput({ rollouts: [kept] })).isRolloutDue).toBe(true)
  })
})

test('decides the same from the same, and has no clock of its own', () => {
  const input = decideInput({ rollouts: [ended('failed', newer, 10)] })

  expect(decide(input)).toEqual(decide({ ...input }))
  expect(decide(input).isRolloutDue).toBe(false)
  expect(decide({ ...input, now: now + 30_000 }).isRolloutDue).toBe(true)
})
