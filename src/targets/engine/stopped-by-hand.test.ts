import { expect, test } from 'vitest'
import { container as anyContainer } from '../../../test/fakes/inspect.ts'
import type { Engine } from '../../clients/docker/engine.ts'
import type { EngineEvent } from '../../clients/docker/events.ts'
import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import { wasStoppedByHand } from './stopped-by-hand.ts'

const startedAt = Date.parse('2026-01-01T12:00:00Z')
const finishedAt = startedAt + 5_000
const running = anyContainer()
const ended: ContainerInspect = {
  ...running,
  State: {
    ...running.State,
    Status: 'exited',
    Running: false,
    StartedAt: new Date(startedAt).toISOString(),
    FinishedAt: new Date(finishedAt).toISOString(),
  },
}
const event = (action: string, at: number, attributes = {}, id = ended.Id): EngineEvent => ({
  type: 'container',
  action,
  id,
  attributes,
  at,
})
const start = event('start', startedAt + 3)
const stop = event('kill', finishedAt - 1, { signal: '15' })
/** On a busy machine the engine gets to noting a signal long after that has ended the process. */
const lateMs = 5000
const lateStop = event('kill', finishedAt + lateMs, { signal: '15' })
const die = event('die', finishedAt + lateMs + 1)
const remembering = (events: readonly EngineEvent[]): Pick<Engine, 'rememberedEvents'> => ({
  rememberedEvents: async (_filters, { isWhole }) => {
    const enough = events.findIndex((_each, index) => isWhole(events.slice(0, index + 1)))
    return enough === -1 ? events : events.slice(0, enough + 1)
  },
})
const busy = Array.from({ length: 255 }, () => event('exec_start', finishedAt - 2, {}, 'another'))

test.each([
  ['a signal that a person sent', [start, stop, die], true],
  ['a signal that the engine noted long after the end', [start, lateStop, die], true],
  ['no signal', [start, die], false],
  ['a signal that asks to read the configuration again', [start, event('kill', finishedAt, { signal: '1' })], false],
  ['a signal to an earlier run', [event('kill', startedAt - 1, { signal: '15' }), start], false],
  ['a signal to another container', [start, event('kill', finishedAt, { signal: '15' }, 'another')], false],
  ['an engine that came back and stopped what outlived it', [stop], false],
  ['a person, where the engine has forgotten the start', [...busy, stop, die], true],
  ['a person, where much has happened since', [stop, die, ...busy], true],
] as const)('tells an end by %s', async (_what, events, byHand) => {
  const engine = remembering(events)

  const told = await wasStoppedByHand(engine, ended, { attempted: [] }, 'new', new AbortController().signal)

  expect(told).toBe(byHand)
})

test('never takes a stop of ours for a person', async () => {
  const engine = remembering([start, stop, die])

  const told = await wasStoppedByHand(engine, ended, { attempted: ['stop-new'] }, 'new', new AbortController().signal)

  expect(told).toBe(false)
})

test.each([
  ['the run that a restart of ours was to end as ours', ended.State.StartedAt, false],
  ['a later run as that of a person', new Date(startedAt - 60_000).toISOString(), true],
])('tells the end of %s', async (_what, endedRun, byHand) => {
  const engine = remembering([start, stop, die])
  const rollout = { attempted: ['restart-old'], endedRun } as const

  const told = await wasStoppedByHand(engine, ended, rollout, 'old', new AbortController().signal)

  expect(told).toBe(byHand)
})
