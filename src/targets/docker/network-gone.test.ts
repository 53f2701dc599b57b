import { expect, test } from 'vitest'
import { container } from '../../../test/fakes/inspect.ts'
import { AppError } from '../../errors.ts'
import { connectFailure, offNetwork } from './network-gone.ts'

const on = (...names: readonly string[]) =>
  container({
    HostConfig: { NetworkMode: 'front' },
    Networks: Object.fromEntries(names.map((each) => [each, { NetworkID: `id-of-${each}` }])),
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
