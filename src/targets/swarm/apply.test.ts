import { expect, test } from 'vitest'
import { digest } from '../../../test/fakes/decide-input.ts'
import { serviceRollout } from '../../../test/fakes/service-facts.ts'
import { swarmManager, swarmService } from '../../../test/fakes/swarm-manager.ts'
import type { Service } from '../../clients/docker/services.ts'
import { apply } from './apply.ts'

const [former, candidate] = [`api:1@${digest('a')}`, `api:1@${digest('b')}`]
const since = { message: '', startedAt: '' }
const context = { signal: new AbortController().signal, snapshot: { image: former, spec: {} } }

test.each<readonly [string, 'update-service' | 'revert-service', Partial<Service>, string]>([
  ['is told the candidate', 'update-service', {}, `run ${candidate}`],
  ['is not told what it says already', 'update-service', { image: candidate }, ''],
  ['goes on where that was paused', 'update-service', { image: candidate, update: { ...since, state: 'paused' } }, `run ${candidate}`],
  ['is put back by its own rollback', 'revert-service', { image: candidate, previousImage: former }, 'roll back'],
  ['also in the middle of our update', 'revert-service', { image: candidate, previousImage: former, update: { ...since, state: 'updating' } }, 'roll back'],
  ['is told the old version where somebody wrote since', 'revert-service', { image: candidate, previousImage: candidate }, `run ${former}`],
  ['and where its Swarm forgot it', 'revert-service', { image: candidate }, `run ${former}`],
])('a service %s', async (_, effect, change, expected) => {
  const { engine, told } = swarmManager(swarmService(change))

  await apply({ engine }, serviceRollout(), effect, context)

  expect(told.join()).toBe(expected)
}) // prettier-ignore

test('nodes get the credentials that we have', async () => {
  const { engine, told } = swarmManager(swarmService())
  const pullAuth = { username: 'u', password: 'p', registry: 'r', isIdentityToken: false }

  await apply({ engine }, serviceRollout(), 'update-service', { ...context, pullAuth })

  expect(told).toEqual([`run ${candidate}, signed in`])
})

test.each<readonly [string, Service | null, string]>([
  ['an update of somebody else', swarmService({ update: { ...since, state: 'updating' } }), 'TARGET_CONFLICT'],
  ['a rollback of somebody else', swarmService({ update: { ...since, state: 'rollback_started' } }), 'TARGET_CONFLICT'],
  ['what somebody else told it', swarmService({ image: 'api:3' }), 'TARGET_CONFLICT'],
  ['one that is gone', null, 'TARGET_NOT_FOUND'],
])('nothing is written over %s', async (_, service, code) => {
  const { engine, told } = swarmManager(service)

  await expect(apply({ engine }, serviceRollout(), 'update-service', context)).rejects.toMatchObject({ code })

  expect(told).toEqual([])
})
