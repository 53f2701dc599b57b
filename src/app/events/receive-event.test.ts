import { expect, test } from 'vitest'
import { envelope, eventRequest } from '../../../test/fakes/event-requests.ts'
import { startManualClock } from '../../../test/fakes/clock.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import { AppError } from '../../errors.ts'
import type { EventSource } from '../../events/event-source.ts'
import { eventSources } from '../../events/index.ts'
import { createLog } from '../../lib/log.ts'
import { secret } from '../../lib/secret.ts'
import type { PendingEvent } from '../../store/store.ts'
import { createEventTally } from './event-tally.ts'
import { createReceiver } from './receive-event.ts'
import { createSenderCounts } from './sender-counts.ts'

const [word, wordBefore] = ['the-secret-in-force-1', 'the-secret-before-it-1']

function start() {
  const store = createMemoryStore()
  const clock = startManualClock()
  const tally = createEventTally()
  const counts = createSenderCounts(['registry'], clock)
  const lines: string[] = []
  const news: PendingEvent[] = []
  const receive = createReceiver({
    store,
    clock,
    tally,
    log: createLog('debug', 'plain', (line) => lines.push(line)),
    sources: [
      {
        name: 'registry',
        source: eventSources.distribution({ registry: 'registry.example.com' }),
        secrets: [secret(word), secret(wordBefore)],
      },
    ],
    counts,
    onNews: (events) => news.push(...events),
    onDoubt: () => {},
  })
  const send = (body: unknown, as = word, source = 'registry') =>
    receive(source, eventRequest(body, { authorization: [`Bearer ${as}`] }))
  return { store, clock, tally, counts, lines, news, send }
}

test('what is news is durable before it is told', async () => {
  const { store, clock, news, send } = start()

  expect(await send(envelope())).toBe('accepted')

  expect(news).toEqual(await store.pendingEvents(10))
  expect(news).toMatchObject([
    {
      registry: 'registry.example.com',
      repository: 'shop/web',
      tag: '1.2.3',
      receivedAt: new Date(clock.now()).toISOString(),
    },
  ])
})

test.each([4096 - 8, 4096 - word.length, 4096 - 1, 4096])(
  'no beginning of a secret is kept of what cannot be read, where it stands at byte %i',
  async (at) => {
    const { store, send } = start()

    await send('x'.repeat(at) + word)

    const [letter] = await store.deadLetters()
    expect(letter?.body).toBe(`${'x'.repeat(at)}***`.slice(0, 4096))
  },
)

test('both secrets are taken while one takes the place of the other', async () => {
  const { tally, send } = start()

  expect(await send(envelope(), wordBefore)).toBe('accepted')
  expect(await send(envelope(), 'another-secret-entirely')).toBe('refused')
  expect(tally).toMatchObject({ received: 1, refused: 1 })
})

test('a source that there is not is refused as a wrong secret is, also with a right one', async () => {
  const { store, news, send } = start()

  expect(await send(envelope(), word, 'elsewhere')).toBe('refused')
  expect(await send(envelope(), word, '__proto__')).toBe('refused')
  expect(news).toEqual([])
  expect(await store.deadLetters()).toEqual([])
})

test('a source that there is not is verified just as one whose secret is wrong, over all of the body', async () => {
  const asked: (readonly [bytes: number, secret: number])[] = []
  const receive = createReceiver({
    store: createMemoryStore(),
    clock: startManualClock(),
    tally: createEventTally(),
    log: createLog('debug', 'plain', () => {}),
    sources: [
      {
        name: 'ci',
        source: {
          verify: ({ body }, { reveal }) => {
            asked.push([body.byteLength, reveal().length])
            return false
          },
          parse: () => null,
        },
        secrets: [secret(word), secret(wordBefore)],
      },
    ],
    onNews: () => {},
    onDoubt: () => {},
  })
  const request = eventRequest('x'.repeat(100))

  expect(await receive('ci', request)).toBe('refused')
  const [first, second] = asked.splice(0)
  expect(await receive('elsewhere', request)).toBe('refused')

  expect(asked).toEqual([first, second])
})

test('the same event a thousand times is news once', async () => {
  const { tally, send } = start()

  for (let times = 0; times < 1000; times += 1) await send(envelope())

  expect(tally).toMatchObject({ received: 1, repeated: 999 })
})

test('what cannot be read is accepted, counted, and kept aside: its beginning, without secrets', async () => {
  const { store, lines, tally, news, send } = start()

  expect(await send(`not json ${word} ${'x'.repeat(10_000)}`)).toBe('accepted')

  const [letter] = await store.deadLetters()
  expect(letter?.source).toBe('registry')
  expect(letter?.body).toMatch(/^not json \*\*\* x+$/)
  expect(letter?.body.length).toBeLessThanOrEqual(4096)
  expect(tally.unreadable).toBe(1)
  expect(lines.join()).toContain('is no event')
  expect(lines.join()).not.toContain('not json')
  expect(news).toEqual([])
})

test('of a sender that sends nothing else than what cannot be read the log tells once an hour', async () => {
  const { clock, tally, lines, send } = start()

  for (let times = 0; times < 50; times += 1) await send('{')
  expect(lines).toHaveLength(1)
  await clock.pass(3_600_000)
  await send('{')

  expect(lines).toHaveLength(2)
  expect(tally.unreadable).toBe(51)
})

test('what concerns no image is accepted and leaves nothing behind', async () => {
  const { store, send } = start()

  expect(await send(envelope({}, 'pull'))).toBe('accepted')

  expect(await store.pendingEvents(10)).toEqual([])
})

test('what cannot be kept is not accepted, and not told', async () => {
  const { store, news, send } = start()
  store.receiveEvents = () => Promise.reject(new Error('no space left on device'))

  await expect(send(envelope())).rejects.toThrow('no space left')

  expect(news).toEqual([])
})

function startWith(source: EventSource) {
  const store = createMemoryStore()
  const tally = createEventTally()
  const receive = createReceiver({
    store,
    clock: startManualClock(),
    tally,
    log: createLog('debug', 'plain', () => {}),
    sources: [{ name: 'keyed', source, secrets: [secret(word), secret(wordBefore)] }],
    onNews: () => {},
    onDoubt: () => {},
  })
  return { tally, receive }
}

test.each<[string, boolean, 'accepted' | 'refused']>([
  ['is awaited, and lets in', true, 'accepted'],
  ['is awaited, and refuses', false, 'refused'],
])('a proof that takes a moment %s', async (_, isKnown, outcome) => {
  const { receive } = startWith({ verify: async () => isKnown, parse: () => [] })

  expect(await receive('keyed', eventRequest({}))).toBe(outcome)
})

test('what cannot be verified now is neither accepted nor refused', async () => {
  const trouble = new AppError('EVENT_UNVERIFIABLE', 'the keys are away')
  const { receive, tally } = startWith({ verify: () => Promise.reject(trouble), parse: () => [] })

  await expect(receive('keyed', eventRequest({}))).rejects.toBe(trouble)

  expect(tally).toEqual(createEventTally())
})

test('a handshake is gone through only with somebody who knows the secret, and nothing else is read then', async () => {
  let greeted = 0
  const source = (isKnown: boolean): EventSource => ({
    verify: () => isKnown,
    parse: () => {
      throw new Error('read')
    },
    greet: async () => {
      greeted += 1
      return { answer: 'yes' }
    },
  })

  expect(await startWith(source(false)).receive('keyed', eventRequest({}))).toBe('refused')
  expect(greeted).toBe(0)
  expect(await startWith(source(true)).receive('keyed', eventRequest({}))).toEqual({ answer: 'yes' })
})

test('counts by source who gets through and who does not, and other names all together', async () => {
  const { counts, send } = start()
  await send(envelope())
  await send({ events: [] })
  await send('{')
  await send(envelope(), 'a-wrong-secret-123')
  await send(envelope(), word, 'nobody')
  await send(envelope(), word, 'nobody-else')

  expect(counts.read().senders).toMatchObject([
    { source: 'registry', told: 1, empty: 1, unreadable: 1, greeted: 0, refused: 1, lastAt: expect.any(String) },
    { source: null, told: 0, refused: 2, lastAt: null, lastRefusedAt: expect.any(String) },
  ])
})

test('what a parser fails on is kept aside, and does not come again and again', async () => {
  const store = createMemoryStore()
  const lines: string[] = []
  const source: EventSource = {
    verify: () => true,
    parse: () => {
      throw new TypeError('cannot read what was sent')
    },
  }
  const receive = createReceiver({
    store,
    clock: startManualClock(),
    tally: createEventTally(),
    log: createLog('debug', 'plain', (line) => lines.push(line)),
    sources: [{ name: 'x', source, secrets: [secret(word)] }],
    onNews: () => {},
    onDoubt: () => {},
  })

  expect(await receive('x', eventRequest('poison'))).toBe('accepted')

  expect(await store.deadLetters()).toMatchObject([{ source: 'x', body: expect.stringContaining('poison') }])
  expect(await store.eventTrail({ limit: 10 })).toMatchObject([{ source: 'x', fate: 'unreadable', repository: null }])
  expect(lines.join('\n')).toContain('INTERNAL')
  expect(lines.join('\n')).not.toContain('what was sent')
  await receive('x', eventRequest('poison'))
  expect(lines).toHaveLength(2)
})
