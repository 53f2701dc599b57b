import { expect, test } from 'vitest'
import { container } from '../../../test/fakes/inspect.ts'
import { planned } from '../../../test/fakes/planned.ts'
import { AppError } from '../../errors.ts'
import { refuseOffNetworks } from './apply-create.ts'
import { connectFailure, offNetwork } from './network-gone.ts'

const on = (...names: readonly string[]) =>
  container({
    HostConfig: { NetworkMode: 'front' },
    Networks: Object.fromEntries(names.map((each) => [each, { NetworkID: `id-of-${each}` }])),
  })
const rollout = planned('web', 0)

test.each([
  ['one of its networks', ['front'], 'was taken off the network back meanwhile'],
  ['all of them', [], 'was taken off the network front meanwhile'],
])('nothing is made in the place of what has lost %s since it was captured', (_, left, sentence) => {
  const snapshot = { container: on('front', 'back'), image: {} }

  expect(() => refuseOffNetworks(rollout, on(...left), snapshot)).toThrow(
    expect.objectContaining({ code: 'TARGET_NETWORK_LOST', message: expect.stringContaining(sentence) }),
  )
})

test.each([
  ['is on none, as when it was captured', [], []],
  ['is on one more', ['front'], ['front', 'back']],
])('what %s is replaced', (_, before, now) => {
  expect(() => refuseOffNetworks(rollout, on(...now), { container: on(...before), image: {} })).not.toThrow()
})

test.each(['front', 'id-of-front'])('a start that fails for the network %s tells what to run', (told) => {
  const failure = new AppError('TARGET_CONFLICT', `network ${told} not found`)

  expect(offNetwork(failure, on('front'))).toMatchObject({
    code: 'TARGET_NETWORK_LOST',
    message:
      'its network front is gone; run: docker network create front, docker network disconnect front web, docker network connect front web',
  })
})

test('any other failure is told as it is', () => {
  const failure = new AppError('TARGET_CONFLICT', 'port is already allocated')

  expect(offNetwork(failure, on('front'))).toBe(failure)
  expect(connectFailure(failure, 'front', 'web')).toBe(failure)
})

test('a network that is not there any more is told with what to run', () => {
  const failure = connectFailure(new AppError('TARGET_NOT_FOUND', 'network front not found'), 'front', 'web')

  expect(failure).toMatchObject({
    code: 'TARGET_NETWORK_LOST',
    message: expect.stringContaining(
      'docker network create front (where it is gone), docker network connect front web',
    ),
  })
})
