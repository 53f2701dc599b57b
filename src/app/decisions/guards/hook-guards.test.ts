import { expect, test } from 'vitest'
import { ago, decideInput, digest, ended, newer, override, settings } from '../../../../test/fakes/decide-input.ts'
import { decide } from '../decide.ts'

const reason = { code: 'HOOK_POSTPONED', sentence: 'the hook film before the rollout asked to wait' }
const asked = (seconds: number) => ({ ...ended('abandoned', newer, seconds), reason })

test('what a hook postponed is held until it is asked again, and says when', () => {
  expect(decide(decideInput({ rollouts: [asked(60)] }))).toMatchObject({
    state: 'held',
    isRolloutDue: false,
    againInMs: 240_000,
    reason: { code: 'POSTPONED', sentence: `${reason.sentence}; it is asked again in 4 min` },
  })
})

test.each([
  ['once its time has come', { rollouts: [asked(300)] }],
  [
    'after the time that the configuration gives',
    { rollouts: [asked(60)], settings: { ...settings, hookRetryMs: 60_000 } },
  ],
  ['when a person asks for a pass', { rollouts: [asked(1)], ignoresBackoff: true }],
  ['for another digest', { rollouts: [{ ...asked(1), digest: digest('c') }] }],
  ['when the clock was set back since', { rollouts: [asked(-60)] }],
])('it is due %s', (_, change) => {
  expect(decide(decideInput(change)).isRolloutDue).toBe(true)
})

test('a person who asked for it since is not kept waiting, and no wait grows', () => {
  const rollouts = [asked(60), asked(400), asked(800)]
  const word = { ...override({ kind: 'deploy', tag: '1' }), digest: newer }

  expect(decide(decideInput({ rollouts, override: { ...word, since: ago(30) } })).isRolloutDue).toBe(true)
  expect(decide(decideInput({ rollouts, override: { ...word, since: ago(90) } })).reason.code).toBe('POSTPONED')
  expect(decide(decideInput({ rollouts })).againInMs).toBe(240_000)
})
