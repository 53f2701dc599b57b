import { expect, test } from 'vitest'
import { planned } from '../../../test/fakes/planned.ts'
import type { Engine } from '../../clients/docker/engine.ts'
import type { EngineEvent } from '../../clients/docker/events.ts'
import { operationLabel } from './labels.ts'
import { findVanished } from './vanished.ts'

const { signal } = new AbortController()
const rollout = planned('preview', 0, { removesItself: true })
const event = (action: string, at: number, attributes = {}, operation = rollout.id): EngineEvent => ({
  type: 'container',
  action,
  id: `made-by-${operation}`,
  attributes: { [operationLabel]: operation, ...attributes },
  at,
})
const start = event('start', 1000)
const die = event('die', 9000, { exitCode: '137' })

const find = (events: readonly EngineEvent[]) => {
  const rememberedEvents: Engine['rememberedEvents'] = async (_filters, { isWhole }) => {
    const last = events.findIndex((_each, index) => isWhole(events.slice(0, index + 1)))
    return last === -1 ? events : events.slice(0, last + 1)
  }
  return findVanished({ engine: { rememberedEvents } as Engine }, rollout, signal)
}

test.each([
  ['a signal that a person sent, whenever it was noted', [start, event('kill', 8999, { signal: '9' }), die], true],
  ['a signal to what another rollout made', [start, event('kill', 8999, { signal: '9' }, 'another'), die], false],
  ['no signal', [start, die], false],
] as const)('tells the end by %s', async (_what, events, stoppedByHand) => {
  const found = await find(events)

  expect(found).toMatchObject({ status: 'exited', exitCode: 137, stoppedByHand })
})

test('tells no end that the engine does not remember', async () => {
  expect(await find([start, event('die', 9000, {}, 'another')])).toBeNull()
})
