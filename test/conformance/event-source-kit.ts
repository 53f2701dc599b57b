import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { createEventTally } from '../../src/app/events/event-tally.ts'
import { createReceiver } from '../../src/app/events/receive-event.ts'
import { configSchema } from '../../src/config/schema.ts'
import type { EventRequest, RequestHead } from '../../src/events/event-source.ts'
import { createLog } from '../../src/lib/log.ts'
import { secret } from '../../src/lib/secret.ts'
import type { PendingEvent } from '../../src/store/store.ts'
import { startManualClock } from '../fakes/clock.ts'
import { digest, otherWord, requestBy, shopWeb, word, type Sender, type Way } from '../fakes/senders/sender.ts'
import { startOutside } from '../fakes/senders/senders.ts'
import { createMemoryStore } from '../fakes/store.ts'

/** What every event source promises, whoever its sender is. */
export function eventSourceKit(sender: Sender): void {
  const [way] = sender.ways
  const { registry } = sender

  const start = (secrets = [word]) => {
    const outside = startOutside()
    const source = sender.open(outside.fetch)
    const store = createMemoryStore()
    const news: PendingEvent[] = []
    const lines: string[] = []
    const tally = createEventTally()
    const [first = '', ...more] = secrets
    const receive = createReceiver({
      store,
      clock: startManualClock(),
      tally,
      log: createLog('debug', 'plain', (line) => lines.push(line)),
      sources: [{ name: 'sender', source, secrets: [secret(first), ...more.map(secret)] }],
      onNews: (events) => news.push(...events),
      onDoubt: () => {},
    })
    const send = (body: unknown, by: Way = way, as = word, headers?: EventRequest['headers']) =>
      receive('sender', requestBy(by, body, as, headers))
    return { outside, source, store, news, lines, tally, receive, send }
  }
  const read = (body: unknown, headers: EventRequest['headers'] = sender.pushHeaders?.() ?? {}) =>
    sender.open(startOutside().fetch).parse(requestBy(way, body, word, headers))

  describe.each(sender.ways)('who knows the secret, by $name', (by) => {
    const push = sender.push(shopWeb)
    const right = requestBy(by, push)
    const change = (value: (given: string) => readonly string[]): EventRequest => ({
      ...right,
      pathSecret: right.pathSecret === null ? null : (value(right.pathSecret)[0] ?? null),
      headers: {
        ...right.headers,
        ...Object.fromEntries(by.headers.map((name) => [name, value(right.headers[name]?.[0] ?? '')])),
      },
    })
    const verify = async (request: EventRequest, known = word) =>
      sender.open(startOutside().fetch).verify(request, secret(known))

    test('is let in', async () => {
      expect(await verify(right)).toBe(true)
    })

    test.each<[string, EventRequest]>([
      ['proves nothing', { ...right, headers: {}, pathSecret: null }],
      ['proves it with empty words', change(() => [''])],
      ['has lost the end of it', change((given) => [given.slice(0, -1)])],
      ['has lost its beginning', change((given) => [given.slice(1)])],
      ['adds to it', change((given) => [`${given}0000`])],
      ['spells it with letters that look the same', change((given) => [given.replace(/[ae]/, 'а')])],
      ['knows another', requestBy(by, push, otherWord)],
      ['sends another body by its proof', { ...right, ...proofFor(by) }],
    ])('who %s is not', async (name, request) => {
      // What is no signature and no token says nothing of the body.
      const isBound = name !== 'sends another body by its proof' || isSigned(by)
      expect(await verify(request)).toBe(!isBound)
    })

    test('shows it before the body is there, where nothing of that is signed, and not with another', () => {
      const { source } = start()
      const shows = (head: RequestHead, as = word): boolean => source.showsSecret?.(head, secret(as)) === true

      if (!isSigned(by)) expect(shows(right)).toBe(true)
      expect(shows(right, otherWord)).toBe(false)
      expect(shows({ headers: {}, pathSecret: null })).toBe(false)
      expect(shows({ headers: {}, pathSecret: '' }, '')).toBe(false)
    })

    test.each(by.headers)('who sends %s twice is not', async (header) => {
      const [value = ''] = right.headers[header] ?? []
      const twice = [value, value]

      expect(await verify({ ...right, headers: { ...right.headers, [header]: twice } })).toBe(false)
      expect(await verify({ ...right, headers: { ...right.headers, [header]: [value, ''] } })).toBe(false)
      expect(await verify({ ...right, headers: { ...right.headers, [header]: [] } })).toBe(false)
    })

    test('nobody is where the secret is empty', async () => {
      expect(await verify({ ...right, headers: {}, pathSecret: '' }, '')).toBe(false)
      expect(await verify({ ...change(() => ['']) }, '')).toBe(false)
    })

    test('is let in by either of two secrets while they change', async () => {
      const { send } = start([word, otherWord])

      expect(await send(push, by, word)).toBe('accepted')
      expect(await send(push, by, otherWord)).toBe('accepted')
      expect(await send(push, by, word.toUpperCase())).toBe('refused')
    })

    test('no stranger makes us ask anybody, and is refused before anything is waited for', async () => {
      const { outside, source } = start()

      expect(source.verify(requestBy(by, push, otherWord), secret(word))).toBe(false)
      expect(source.verify({ ...right, headers: {}, pathSecret: null }, secret(word))).toBe(false)
      expect(outside.asked).toEqual([])
    })

    test('what it sends this way is read', async () => {
      const { news, send } = start()

      expect(await send(push, by)).toBe('accepted')
      expect(news).toMatchObject([{ registry, repository: 'shop/web', tag: '1.2.3' }])
    })
  })

  describe('what it tells', () => {
    test('a push by tag, at the registry of the source', () => {
      const told = sender.tellsDigest ? digest : null

      expect(read(sender.push(shopWeb))).toMatchObject([
        { kind: 'pushed', image: { registry, repository: 'shop/web', tag: '1.2.3', digest: told } },
      ])
    })

    test('the same again by the same id, and another by another', () => {
      const idOf = (nonce: number) => read(sender.push(shopWeb, nonce), sender.pushHeaders?.(nonce))?.[0]?.id

      expect(idOf(0)).toBe(idOf(0))
      if (sender.hasIds) expect(idOf(1)).not.toBe(idOf(0))
    })

    test('repositories in capitals, as we write them', () => {
      expect(read(sender.push({ ...shopWeb, repository: 'Shop/Web' }))).toMatchObject([
        { image: { repository: 'shop/web' } },
      ])
    })

    test.each([
      ['a tag that is none', { tag: '-x' }],
      ['a tag with a blank', { tag: 'a b' }],
      ['a tag with a line break', { tag: '1\n2' }],
      ['a tag of 129 characters', { tag: 'x'.repeat(129) }],
      ['a tag that is a digest', { tag: digest }],
      ['a repository of 256 characters', { repository: `shop/${'x'.repeat(251)}` }],
      ['a repository that leads elsewhere', { repository: 'shop/../../evil' }],
      ['a repository with a user', { repository: 'shop/me@web' }],
      ['a repository with an address', { repository: 'shop/http://web' }],
    ])('nothing of %s', (_, part) => {
      expect(read(sender.push({ ...shopWeb, ...part }))).toEqual([])
    })

    test('a digest that we cannot read counts as none', () => {
      expect(read(sender.push({ ...shopWeb, digest: `sha384:${'a'.repeat(96)}` }))).toMatchObject([
        { image: { tag: '1.2.3', digest: null } },
      ])
    })

    test.each(sender.gone === null ? [] : [sender.gone(shopWeb)])('a deletion, with no digest to wait for', (body) => {
      expect(read(body)).toMatchObject([
        { kind: 'deleted', image: { registry, repository: 'shop/web', tag: '1.2.3', digest: null } },
      ])
    })

    test.each(Object.entries(sender.quiet))('nothing of %s', (name, body) => {
      expect(read(body, sender.quietHeaders?.[name])).toEqual([])
    })

    test.each([
      ['no JSON', 'hello'],
      ['no UTF-8', new Uint8Array([0xff, 0xfe])],
      ['nothing', ''],
      ['a number', '1'],
      ['null', 'null'],
      ['half of it', JSON.stringify(sender.push(shopWeb)).slice(0, -2)],
      ['what is nested deeply', `${'['.repeat(100_000)}${']'.repeat(100_000)}`.slice(0, -1)],
    ])('%s cannot be read', (_, body) => {
      expect(read(body)).toBeNull()
    })

    test('nothing that is inherited, and nothing is left on what all inherit from', () => {
      const inherited = JSON.stringify({ x: 0 }).replace('"x":0', `"__proto__":${JSON.stringify(sender.push(shopWeb))}`)

      expect([null, []]).toContainEqual(read(inherited))
      expect(Object.keys(Object.prototype)).toEqual([])
    })
  })

  describe('what its queue gets', () => {
    test.each<[string, unknown]>([
      ['what nobody follows', sender.push({ ...shopWeb, repository: 'nobody/knows' })],
      ['what is no image', sender.push({ ...shopWeb, repository: 'shop/../..' })],
      ['what cannot be read', '{'],
      ...Object.entries(sender.quiet),
    ])('%s is accepted, so that it is not sent for ever', async (_, body) => {
      expect(await start().send(body, byHeaderFirst(sender))).toBe('accepted')
    })

    test('what cannot be read is kept aside, without the secret', async () => {
      const { send, store, lines, news } = start()

      await send(`{ ${word} `, byHeaderFirst(sender))

      expect(await store.deadLetters()).toMatchObject([
        { source: 'sender', body: expect.stringMatching(/^\{ \*\*\* $/) },
      ])
      expect(lines.join()).not.toContain(word)
      expect(news).toEqual([])
    })

    test('what cannot be kept is not accepted', async () => {
      const { send, store } = start()
      store.receiveEvents = () => Promise.reject(new Error('no space left on device'))

      await expect(send(sender.push(shopWeb))).rejects.toThrow('no space left')
    })

    test('a source that there is not is refused as a wrong secret is', async () => {
      const { receive, send, outside } = start()

      expect(await send(sender.push(shopWeb), way, otherWord)).toBe('refused')
      expect(await receive('another', requestBy(way, sender.push(shopWeb)))).toBe('refused')
      expect(outside.asked).toEqual([])
    })

    test('a thousand times the same is news once, and where it may be the next push again once that is over', async () => {
      const { send, store, tally } = start()
      const headers = sender.pushHeaders?.()

      for (let times = 0; times < 1000; times += 1) await send(sender.push(shopWeb), way, word, headers)
      expect(tally).toMatchObject({ received: 1, repeated: 999 })
      await store.checkOffEvents(await store.pendingEvents(10))
      await send(sender.push(shopWeb), way, word, headers)

      expect(tally).toMatchObject(sender.idRecurs ? { received: 2, repeated: 999 } : { received: 1, repeated: 1000 })
    })
  })

  test('no host out of an event leads anywhere', async () => {
    const { outside, source, send } = start()
    for (const hostile of ['evil.example.com', 'http://169.254.169.254/latest/', 'evil.example.com/shop/web:1']) {
      for (const body of withEachText(sender.push(shopWeb), hostile)) {
        for (const by of sender.ways) {
          const request = requestBy(by, body, word, sender.pushHeaders?.())
          expect(source.parse(request)?.every(({ image }) => image.registry === registry) ?? true).toBe(true)
          await send(body, by)
        }
      }
    }

    expect(outside.asked.filter((url) => !sender.asks.some((allowed) => allowed.test(url)))).toEqual([])
  })

  test('its page begins with an example that is accepted', () => {
    const page = readFileSync(`docs/events/${sender.kind}.md`, 'utf8')
    const [, example = ''] = /^```yaml\n([^]*?)^```/m.exec(page) ?? []
    const config: unknown = parse(example.replaceAll(/\$\{file:[^}]*\}/g, word))

    expect(configSchema.safeParse(config)).toMatchObject({
      success: true,
      data: { events: [expect.objectContaining({ kind: sender.kind })] },
    })
  })
}

/** The proof of one body beside another. */
function proofFor(by: Way): Pick<EventRequest, 'body' | 'headers' | 'pathSecret'> {
  const { headers, pathSecret } = requestBy(by, { some: 'thing else' })
  const { body } = requestBy(by, { another: 'thing' })
  // Where the proof is in the body itself, the body is changed after it was made.
  const changed = by.wrap === undefined ? body : Buffer.from(Buffer.from(body).toString().replace('another', 'an0ther'))
  return { headers, pathSecret, body: changed }
}

const isSigned = (by: Way): boolean => /signature|signing|SNS/.test(by.name)

/** A way that carries any body as it is. */
function byHeaderFirst(sender: Sender): Way {
  return sender.ways.find((each) => each.wrap === undefined) ?? sender.ways[0]
}

/** A value once for each text in it, with that text replaced. */
function withEachText(value: unknown, by: string): unknown[] {
  if (typeof value === 'string') return [by]
  if (Array.isArray(value)) {
    return value.flatMap((each: unknown, index) => withEachText(each, by).map((other) => value.with(index, other)))
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]) =>
    withEachText(each, by).map((other) => ({ ...value, [key]: other })),
  )
}
