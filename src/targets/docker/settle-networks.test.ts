import { expect, test } from 'vitest'
import { container } from '../../../test/fakes/inspect.ts'
import type { Engine } from '../../clients/docker/engine.ts'
import { settleNetworks } from './settle-networks.ts'

const { signal } = new AbortController()
const back = { network: 'back', endpoint: {} }

test.each([
  ['joins what the create could not give it', ['front'], { connectAfterCreate: [back] }, ['connect back']],
  ['stays where it is', ['front', 'back'], { connectAfterCreate: [back] }, []],
  ['leaves what every create gives it', ['bridge'], { connectAfterCreate: [], isOnNone: true }, ['disconnect bridge']],
  ['has nothing more to leave', [], { connectAfterCreate: [], isOnNone: true }, []],
])('one that was created %s', async (_, on, wanted, expected) => {
  const done: string[] = []
  const engine = {
    connectNetwork: async (network: string) => void done.push(`connect ${network}`),
    disconnectNetwork: async (network: string) => void done.push(`disconnect ${network}`),
  }
  const created = container({ Networks: Object.fromEntries(on.map((each) => [each, {}])) })

  // Nothing else of it is asked here.
  await settleNetworks({ engine: engine as unknown as Engine }, created, wanted, signal)

  expect(done).toEqual(expected)
})
