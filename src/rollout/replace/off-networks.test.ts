import { expect, test } from 'vitest'
import { ended, running } from '../../../test/fakes/decide-input.ts'
import { blankInstance } from '../../../test/fakes/instance-facts.ts'
import type { ReplaceFacts } from '../facts.ts'
import { startedOffNetworks } from './off-networks.ts'

const plan = { instance: 'app', name: 'app', image: 'a', restart: 'no', wasRunning: true, by: ['volumes'] } as const

test('a dependant that a second try has started off its networks takes the new version back', () => {
  const made = {
    ...blankInstance,
    id: 'app',
    name: 'app',
    status: 'running',
    startedAt: '2026-11-20T12:00:00Z',
  } as const
  const rollout = { ...ended(null, running, 10), stage: 'forward', endedAt: null, dependants: [plan] } as const
  const seen = (connected: boolean) =>
    ({
      dependants: [{ plan, old: null, new: { ...made, connected }, isBehind: false, nameHolder: 'app' }],
    }) as unknown as ReplaceFacts // all that is read of them
  const again = { ...rollout, failures: ['start-dependants'] } as const

  expect(startedOffNetworks(again, seen(true))).toBeNull()
  // Whoever takes it off afterwards means it.
  expect(startedOffNetworks(rollout, seen(false))).toBeNull()
  expect(startedOffNetworks(again, seen(false))).toMatchObject({
    rollout: { stage: 'back', outcome: 'failed', reason: { code: 'TARGET_NETWORK_LOST' } },
  })
})
