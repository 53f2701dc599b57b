import { describe, expect, test } from 'vitest'
import { at, createFakeControl, heardOf } from '../../../test/fakes/control.ts'
import { digest } from '../../../test/fakes/decide-input.ts'
import { checkedConfig, fakeDoors } from '../../../test/fakes/doors.ts'
import { serveControl } from '../../../test/fakes/served-control.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import type { EventReport, EventsAnswer } from '../../app/answers/read-events.ts'
import { eventsAnswer } from '../../contract/events.ts'
import { AppError } from '../../errors.ts'
import type { Doors } from '../doors.ts'
import { runProgram } from '../program.ts'

const sender = { told: 0, empty: 0, greeted: 0, unreadable: 0, refused: 0, lastAt: null, lastRefusedAt: null }

/** The command line beside a service that answers with these. */
async function beside(events: readonly EventReport[], given: Partial<Doors> = {}, heard: EventsAnswer['heard'] = null) {
  const { control, called } = createFakeControl({ events: async () => ({ events, heard }) })
  const { stateFolder } = await serveControl(control)
  const { doors, printed } = fakeDoors({ checkConfig: async () => checkedConfig(stateFolder), ...given })
  return { called, printed, run: (...args: readonly string[]) => runProgram(doors, '1', ['events', ...args]) }
}

const fates: readonly (readonly [Partial<EventReport>, string])[] = [
  [{ fate: 'waiting', isOver: false }, 'being looked up'],
  [{ fate: 'repeated' }, 'it had come before'],
  [{ fate: 'unfollowed' }, 'no watched workload follows this repository'],
  [{ fate: 'replaced', found: null }, 'newer news of the same tag took its place'],
  [{ fate: 'replaced' }, 'the tag named 222222222222 when newer news took its place'],
  [{ fate: 'unchanged' }, 'the tag names 222222222222, as before'],
  [{ fate: 'changed', isOver: false }, 'the tag names 222222222222 now; nothing came of it so far'],
  [{ fate: 'changed' }, 'nothing had to be rolled out'],
  [
    { fate: 'changed', found: digest('1') },
    'the tag names 111111111111 now; what was told of, 222222222222, is its image for one platform',
  ],
  [{ fate: 'unchosen' }, 'the tag is in the list, and no policy chose it'],
  [{ fate: 'unseen', found: digest('1'), looks: 4 }, 'the tag names 111111111111, and not 222222222222'],
  [{ fate: 'unseen', found: null, looks: 4 }, 'the tag was not seen'],
  [
    { fate: 'failed', reason: { code: 'REGISTRY_UNAVAILABLE', sentence: 'no answer' } },
    'it could not be looked up: no answer',
  ],
  [
    { fate: 'failed', kind: 'deleted', reason: { code: 'REGISTRY_NOT_FOUND', sentence: 'no such tag' } },
    'told as deleted; the tag is gone; nothing is stopped',
  ],
  [{ occurredAt: '2026-11-20T12:05:30Z' }, "dated 5 min later than it came, since its sender's clock is ahead"],
  [{ occurredAt: '2026-11-20T10:00:00Z' }, 'dated 2 h before it came; the tag names'],
  [{ fate: 'looked', tag: null }, 'the repository was looked up'],
  [{ fate: 'unreadable', registry: null, repository: null }, '`longshore events --unreadable` shows how it begins'],
]

test.each(fates)('tells what became of an event: %o', async (given, sentence) => {
  const { printed, run } = await beside([heardOf({ outcomes: [], ...given })])

  expect(await run()).toBe(0)

  expect(printed.join('\n')).toContain(sentence)
})

test('is a table of 80 columns, newest last, with what came of each', async () => {
  const second = heardOf({
    id: 2,
    tag: 'a-tag-that-is-as-long-as-tags-of-branches-are',
    fate: 'unfollowed',
    outcomes: [],
  })
  const { printed, run } = await beside([second, heardOf()], { columns: 80 })

  await run()

  const lines = printed.join('\n').split('\n')
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80)
  expect(lines[0]).toMatch(/^WHEN +SOURCE +IMAGE +WHAT/)
  expect(printed.join('\n')).toMatch(/rollout rollout-1[ \n]+succeeded:[ \n]+healthy[\s\S]*no watched workload/)
})

test('gives programs all of it, in the shape of the contract', async () => {
  const { printed, run } = await beside([heardOf()], {}, { since: at, senders: [{ ...sender, source: 'harbor' }] })

  await run('--output', 'json')

  const read = eventsAnswer.parse(JSON.parse(printed.join('')))
  expect(read).toEqual({ events: [heardOf()], heard: { since: at, senders: [{ ...sender, source: 'harbor' }] } })
})

test('tells how often each source was heard, and nothing of what was refused but how often', async () => {
  const senders = [
    { ...sender, source: 'harbor', told: 3, empty: 1, lastAt: at },
    { ...sender, source: 'hub', refused: 2, lastRefusedAt: at },
    { ...sender, source: 'ghcr' },
    { ...sender, source: null, refused: 5, lastRefusedAt: at },
  ]
  const { printed, run } = await beside([], {}, { since: at, senders })

  await run()

  expect(printed.join('\n').split('\n')).toEqual([
    'No event has come so far.',
    '',
    'Requests since the service began at 2026-11-20 12:00:00Z:',
    '  harbor: 3 told of images, 1 of nothing that concerns an image, such as a test, the last at 2026-11-20 12:00:00Z',
    '  hub: 2 refused for a wrong secret or none, the last of those at 2026-11-20 12:00:00Z',
    '  ghcr: none',
    '  names that no source has: 5 refused for a wrong secret or none, the last of those at 2026-11-20 12:00:00Z',
  ])
})

test('asks for what it was asked', async () => {
  const { called, run } = await beside([])

  await run('--source', 'harbor', '--since', '2026-11-20T12:00Z', '-n', '7')
  await run()

  expect(called).toMatchObject([
    ['events', { source: 'harbor', since: at, limit: 7 }],
    ['events', { limit: 50 }],
  ])
})

test.each(['--limit 0', '--limit 5001', '--limit x', '--since yesterday', '--since 2026', '--follow --unreadable'])(
  'is refused with %s',
  async (words) => {
    expect(await (await beside([])).run(...words.split(' '))).toBe(2)
  },
)

test('shows how what nobody could read begins, also while no service runs', async () => {
  const store = createMemoryStore()
  await store.addDeadLetter({ source: 'harbor', body: '{ "an": "end"', receivedAt: at })
  await store.addDeadLetter({ source: 'hub', body: '\u001b[2J', receivedAt: at })
  const { doors, printed } = fakeDoors({ store })

  await runProgram(doors, '1', ['events', '--unreadable', '--source', 'harbor'])

  expect(printed.join('\n').trim()).toBe('2026-11-20 12:00:00Z  harbor\n{ "an": "end"')
})

describe('followed', () => {
  /** A service whose answers come one after the other, until it is told to stop. */
  async function follow(answers: readonly EventsAnswer[], output: 'table' | 'json' = 'table') {
    const stop = new AbortController()
    const queries: unknown[] = []
    const { control } = createFakeControl({
      events: async (query) => {
        queries.push(query)
        if (queries.length >= answers.length) stop.abort()
        return answers[Math.min(queries.length, answers.length) - 1] ?? { events: [], heard: null }
      },
    })
    const { stateFolder } = await serveControl(control)
    const { doors, printed, told } = fakeDoors({
      checkConfig: async () => checkedConfig(stateFolder),
      stop: stop.signal,
    })
    const code = await runProgram(doors, '1', ['events', '--follow', '--output', output])
    return { code, queries, told, lines: printed.join('\n').split('\n') }
  }

  const open = { outcomes: [], endedAt: null, lookedAt: null, found: null, isOver: false } as const
  const rollout = heardOf().outcomes[0]

  test('tells each thing once, when it is known, and what to ask for next', async () => {
    const waiting = heardOf({ ...open, fate: 'waiting' })
    const found = heardOf({ outcomes: [], isOver: false })
    const began = heardOf({
      isOver: false,
      outcomes: rollout?.kind === 'rollout' ? [{ ...rollout, outcome: null, endedAt: null }] : [],
    })
    const answers = [waiting, found, began, began, heardOf()].map((event) => ({ events: [event], heard: null }))

    const { code, lines, queries } = await follow([...answers, { events: [], heard: null }])

    expect(code).toBe(0)
    expect(lines).toEqual([
      '12:00:00Z #1 harbor: registry.example.com/shop/web:1.4 was pushed',
      '12:00:00Z #1 the tag names 222222222222 now',
      '12:00:01Z #1 local/container/web: rollout rollout-1 under way: healthy for 10 s',
      '12:00:14Z #1 local/container/web: rollout rollout-1 succeeded: healthy for 10 s',
    ])
    expect(queries[0]).toMatchObject({ limit: 10 })
    expect(queries[1]).toMatchObject({ after: 1, also: [1], limit: 5_000 })
    expect(queries.at(-1)).toMatchObject({ after: 1, also: [1] })
  })

  test('goes on where the state is another one, whose ids begin below what was told', async () => {
    const before = heardOf({ id: 20, isOver: false })
    const other = heardOf({ id: 3, tag: '1.5', receivedAt: '2026-11-20T12:01:00.000Z' })
    const answers = [
      { events: [before], heard: null },
      { events: [before], heard: null, newestId: 20 },
      // Another event has the id of the one that is open.
      { events: [heardOf({ id: 20, tag: 'of-nobody' })], heard: null, newestId: 3 },
      { events: [other], heard: null },
    ]

    const { lines, queries, told } = await follow([...answers, { events: [other], heard: null, newestId: 3 }])

    expect(told).toEqual([expect.stringContaining('The state is another one')])
    expect(lines.filter((line) => line.includes('was pushed'))).toEqual([
      '12:00:00Z #20 harbor: registry.example.com/shop/web:1.4 was pushed',
      '12:01:00Z #3 harbor: registry.example.com/shop/web:1.5 was pushed',
    ])
    expect(queries[2]).toMatchObject({ after: 20, also: [20] })
    expect(queries[3]).toEqual({ limit: 5_000, since: at, also: [] })
    expect(queries[4]).toMatchObject({ after: 3, also: [3] })
  })

  const came = (id: number, second: number, tag: string) =>
    heardOf({ id, tag, outcomes: [], receivedAt: `2026-11-20T12:00:${second}.000Z` })

  test.each([
    ['has another event in the place of the last that was told', came(105, 31, 'other-105')],
    ['has none of that source there', null],
  ])('goes on where the state is another one that grew beyond what was told and %s', async (_what, inItsPlace) => {
    const newer = came(106, 32, 'other-106')
    const since = [newer, ...(inItsPlace ? [inItsPlace] : []), came(101, 30, 'other-101')]
    const answers = [
      { events: [came(105, 10, 'last')], heard: null },
      { events: [newer, ...(inItsPlace ? [inItsPlace] : [])], heard: null, newestId: 106 },
      { events: since, heard: null },
    ]

    const { lines, told, queries } = await follow([...answers, { events: [newer], heard: null, newestId: 106 }])

    expect(told).toEqual([expect.stringContaining('The state is another one')])
    expect(queries[1]).toMatchObject({ after: 105, also: [105] })
    expect(queries[2]).toEqual({ limit: 5_000, since: '2026-11-20T12:00:10.000Z', also: [] })
    const pushed = lines
      .filter((line) => line.includes('was pushed'))
      .map((line) => line.replace(/.*:(.*) was.*/, '$1'))
    expect(pushed).toEqual(['last', ...since.map(({ tag }) => tag).toReversed()])
  })

  test.each([
    ['is there still', [came(107, 40, 'new'), came(105, 10, 'last')], 107],
    ['may have been forgotten, so many followed', [came(107, 40, 'new')], 5_105],
  ])('the state is the same one while the last event that was told %s', async (_why, events, newestId) => {
    const answers = [{ events: [came(105, 10, 'last')], heard: null }]

    const { lines, told } = await follow([...answers, { events, heard: null, newestId }])

    expect(told).toEqual([])
    expect(lines.filter((line) => line.includes('was pushed'))).toHaveLength(2)
  })

  test('tells by how much a sender dates an event otherwise than it came', async () => {
    const { lines } = await follow([{ events: [heardOf({ occurredAt: '2026-11-20T10:00:00Z' })], heard: null }])

    expect(lines[0]).toMatch(/:1\.4 was pushed \(dated 2 h before it came\)$/)
  })

  test.each<readonly [string, Partial<EventReport>, string]>([
    ['that came out of order', { fate: 'unseen', found: digest('1'), looks: 4 }, 'and not 222222222222'],
    ['whose place newer news took', { fate: 'replaced' }, 'when newer news took its place'],
    ['of the image of one platform', { found: digest('1') }, 'is its image for one platform'],
  ])('tells what came of an event %s', async (_, given, sentence) => {
    const { lines } = await follow([{ events: [heardOf(given)], heard: null }])

    expect(lines[1]).toContain(sentence)
    expect(lines[2]).toContain('rollout rollout-1 succeeded: healthy for 10 s')
  })

  test('tells programs each event in a line, whenever something is new about it', async () => {
    const waiting = heardOf({ ...open, fate: 'waiting' })
    const answers = [waiting, waiting, heardOf()].map((event) => ({ events: [event], heard: null }))

    const { lines } = await follow(answers, 'json')

    expect(lines.map((line) => JSON.parse(line))).toEqual([waiting, heardOf()])
  })

  test('tells that a sender was let in or refused, where that leaves no event', async () => {
    const counts = (change: Partial<typeof sender>) => [{ ...sender, ...change, source: 'harbor' }]
    const heard = [{}, { refused: 2 }, { refused: 2, empty: 1 }].map((change) => ({
      events: [],
      heard: { since: at, senders: counts(change) },
    }))

    const { lines } = await follow(heard)

    expect(lines.map((line) => line.slice(10))).toEqual([
      'harbor: 2 requests refused for a wrong secret or none',
      'harbor: 1 request came with the right secret and told of no image',
    ])
  })
})

test('goes on following when the service comes back', async () => {
  const stop = new AbortController()
  const answers = [heardOf(), heardOf({ id: 2, tag: '1.5' })]
  const first = createFakeControl({ events: async () => ({ events: [answers[0] ?? heardOf()], heard: null }) })
  const service = await serveControl(first.control)
  const { doors, printed, told } = fakeDoors({
    checkConfig: async () => checkedConfig(service.stateFolder),
    stop: stop.signal,
  })
  const running = runProgram(doors, '1', ['events', '--follow'])
  const until = async (is: () => boolean) => {
    while (!is()) await new Promise((resolve) => setTimeout(resolve, 5))
  }
  await until(() => printed.length > 0)

  await service.close()
  await until(() => told.length > 0)
  const second = createFakeControl({
    events: async () => ({ events: [answers[1] ?? heardOf()], heard: null }),
  })
  await serveControl(second.control, service.stateFolder)
  await until(() => printed.some((line) => line.includes(':1.5 was pushed')))
  stop.abort()

  expect(await running).toBe(0)
  expect(told).toEqual(['No service listens; waiting for one.\n'])
  expect(second.called[0]).toMatchObject(['events', { after: 1 }])
})

test('goes on following when the service gets its state back', async () => {
  const stop = new AbortController()
  let asked = 0
  const { control } = createFakeControl({
    events: async () => {
      asked += 1
      if (asked <= 2) throw new AppError('STATE_UNAVAILABLE', 'the database does not answer')
      stop.abort()
      return { events: [heardOf()], heard: null }
    },
  })
  const { stateFolder } = await serveControl(control)
  const { doors, printed, told } = fakeDoors({ checkConfig: async () => checkedConfig(stateFolder), stop: stop.signal })

  expect(await runProgram(doors, '1', ['events', '--follow'])).toBe(0)

  expect(told).toEqual(['The service has no state now; waiting until it has: the database does not answer\n'])
  expect(printed[0]).toContain('was pushed')
})

test('ends following when the service answers with another error', async () => {
  const { control } = createFakeControl({
    events: () => Promise.reject(new AppError('STATE_UNREADABLE', 'the row 7 cannot be read')),
  })
  const { stateFolder } = await serveControl(control)
  const { doors, told } = fakeDoors({ checkConfig: async () => checkedConfig(stateFolder) })

  expect(await runProgram(doors, '1', ['events', '--follow'])).not.toBe(0)

  expect(told.join('')).toContain('STATE_UNREADABLE')
})
