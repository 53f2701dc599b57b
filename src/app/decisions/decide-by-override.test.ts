import { describe, expect, test } from 'vitest'
import {
  ago,
  decideInput,
  digest,
  newer,
  observed,
  override,
  quarantined,
  reference,
  running,
} from '../../../test/fakes/decide-input.ts'
import { decide } from './decide.ts'

const pinned = digest('d')
const failure = { code: 'REGISTRY_UNAVAILABLE', sentence: 'no answer', at: ago(1), since: ago(1), count: 1 }

describe('a pin', () => {
  test('runs what its tag names, whatever the policy would choose', () => {
    const decided = decide(decideInput({ tag: '2', override: override({ reason: 'orders' }) }))

    expect(decided).toMatchObject({ state: 'outdated', candidate: newer, isRolloutDue: true })
    expect(decided.reason).toEqual({ code: 'PIN_DUE', sentence: 'ada pinned it to 2, because "orders"' })
  })

  test('rolls nothing out when that runs already under another tag', () => {
    const decided = decide(decideInput({ override: override() }, running))

    expect(decided).toMatchObject({ state: 'current', reason: { code: 'PINNED' }, candidate: running })
    expect(decided.endsOverride).toBeNull()
  })

  test('to a digest stands whatever the tag names, and whether or not that is known', () => {
    const to = (of: typeof pinned) => override({ tag: '1', digest: of })

    expect(decide(decideInput({ override: to(running) }))).toMatchObject({ state: 'current', candidate: running })
    expect(decide(decideInput({ override: to(running), observation: null })).state).toBe('current')
    expect(decide(decideInput({ override: to(pinned), observation: observed(newer, { failure }) }))).toMatchObject({
      candidate: pinned,
      isRolloutDue: true,
    })
  })

  test.each([
    ['before anybody looked', null, 'NOT_SCANNED'],
    ['when the look failed', observed(newer, { failure }), 'REGISTRY_UNAVAILABLE'],
    ['when the registry named no digest', observed(newer, { digest: null }), 'TAG_NOT_SEEN'],
  ])('I6: what its tag names is unknown %s', (_, observation, code) => {
    expect(decide(decideInput({ override: override(), observation }))).toMatchObject({
      state: 'unknown',
      reason: { code },
      isRolloutDue: false,
    })
  })

  test('stays when its digest has failed', () => {
    const quarantines = [quarantined(newer, { since: ago(30) })]

    const decided = decide(decideInput({ override: override(), quarantines }))

    expect(decided).toMatchObject({ reason: { code: 'QUARANTINED' }, endsOverride: null })
  })
})

describe('what is to be deployed', () => {
  const deploy = override({ kind: 'deploy' })

  test('is rolled out when its tag is another, though the digest is the same', () => {
    expect(decide(decideInput({ override: deploy }, running))).toMatchObject({
      reason: { code: 'DEPLOY_DUE' },
      isRolloutDue: true,
      endsOverride: null,
    })
  })

  test('is done when the workload names its tag and runs what that names', () => {
    const moved = { ...reference, tag: '2' }

    const decided = decide(decideInput({ override: deploy, reference: moved }, running))

    expect(decided).toMatchObject({ state: 'current', reason: { code: 'CURRENT' }, endsOverride: deploy })
  })

  test('is given up when its digest has failed since, and then it is decided anew', () => {
    const decided = decide(decideInput({ override: deploy, quarantines: [quarantined(newer, { since: ago(30) })] }))

    expect(decided).toMatchObject({ reason: { code: 'QUARANTINED' }, endsOverride: deploy, againInMs: 0 })
  })

  test('is not given up for a failure from before it', () => {
    const decided = decide(decideInput({ override: deploy, quarantines: [quarantined(newer, { since: ago(90) })] }))

    expect(decided).toMatchObject({ reason: { code: 'QUARANTINED' }, endsOverride: null })
  })
})

describe('the way back to the own tag after a pin', () => {
  const back = override({ kind: 'return', tag: '1', tagBefore: '1' })
  const pinnedTag = { ...reference, tag: '2' }

  test('is rolled out, also where only the tag differs', () => {
    expect(decide(decideInput({ override: back, reference: pinnedTag }))).toMatchObject({
      reason: { code: 'RETURN_DUE' },
      candidate: newer,
      isRolloutDue: true,
    })
    expect(decide(decideInput({ override: back, reference: pinnedTag }, running)).isRolloutDue).toBe(true)
  })

  test('outlasts a failure: without it the own tag would be forgotten', () => {
    const quarantines = [quarantined(newer, { since: ago(30) })]

    const decided = decide(decideInput({ override: back, reference: pinnedTag, quarantines }))

    expect(decided).toMatchObject({ reason: { code: 'QUARANTINED' }, endsOverride: null })
  })

  test('has ended where the workload names that tag, and its policy decides again', () => {
    expect(decide(decideInput({ override: back }))).toMatchObject({
      reason: { code: 'DIGEST_MOVED' },
      isRolloutDue: true,
      endsOverride: back,
    })
    expect(decide(decideInput({ override: back }, running))).toMatchObject({ state: 'current', endsOverride: back })
  })
})
