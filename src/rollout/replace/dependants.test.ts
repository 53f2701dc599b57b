import { expect, test } from 'vitest'
import { blankInstance } from '../../../test/fakes/instance-facts.ts'
import type { Dependant } from '../dependant.ts'
import { dependantsTakenOver } from './dependants.ts'

const plan: Dependant = {
  instance: 'app',
  name: 'app',
  image: 'sha256:app',
  restart: 'no',
  wasRunning: true,
  by: ['network'],
}

test.each([
  ['ran and runs', {}, 'running', null],
  ['ran and is down', {}, 'exited', 'STOPPED_BY_HAND'],
  ['was stopped and runs', { wasRunning: false }, 'running', 'STARTED_BY_HAND'],
  ['was down though nobody had stopped it, and is', { isDown: true }, 'exited', null],
  ['was down so and runs', { isDown: true }, 'running', 'STARTED_BY_HAND'],
] as const)('of a dependant that %s a person’s word is told', (_, change, status, code) => {
  const old = { ...blankInstance, id: 'app', name: 'app', status }
  const facts = { plan: { ...plan, ...change }, old, new: null, isBehind: false, nameHolder: 'app' }

  expect(dependantsTakenOver({ dependants: [facts] })?.code ?? null).toBe(code)
})
