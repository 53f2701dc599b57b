import { expect, test } from 'vitest'
import { composeFacts, composeRollout, instance } from '../../../test/fakes/compose-facts.ts'
import { nextStep } from '../machine.ts'

const follows = { how: 'restart', provider: 'shop-web-1', sentence: '', isLeftStopped: false } as const
const made = instance('sidecar', { status: 'created', startedAt: null })
const facts = composeFacts({ olds: [made], definition: 'before', isBehind: true })

test('leaves what a person stopped before it was touched', () => {
  const { rollout } = nextStep(composeRollout({ follows }), facts, 0)

  expect(rollout).toMatchObject({ outcome: 'superseded', reason: { code: 'STOPPED_BY_HAND' } })
})

test('brings up what a command of ours left down, however that looks', () => {
  const step = nextStep(composeRollout({ follows: { ...follows, isDownByUs: true } }), facts, 0)

  expect(step).toMatchObject({ kind: 'effect', effect: 'up' })
})
