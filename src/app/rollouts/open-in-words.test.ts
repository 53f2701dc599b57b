import { expect, test } from 'vitest'
import { serviceRollout } from '../../../test/fakes/service-facts.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { openInWords } from './open-in-words.ts'

const service = { ranBefore: 12, isJob: false, toldAt: '2026-01-01T00:00:00Z', running: 7, wanted: 12 }

test.each<readonly [string, Partial<Rollout>, string]>([
  ['before it was told', { step: 'J2', service: { ...service, toldAt: null } }, 'a rollout is at J2'],
  ['on its way', { step: 'J4', service }, 'a rollout is at J4; 7 of 12 run it'],
  ['on the way back', { step: 'R', stage: 'back', service }, 'a rollout is at R'],
  ['of a job', { step: 'J4', service: { ...service, isJob: true } }, 'a rollout is at J4'],
])('a service %s', (_, change, expected) => {
  expect(openInWords(serviceRollout(change), 0)).toBe(expected)
})
