import { Readable } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { networksInMemory } from '../../test/fakes/proven-networks.ts'
import { createBodyReader, eventMaxBytes, smallBytes } from './body-reader.ts'
import { createClientReader } from './listener/client-address.ts'

function start() {
  const read = createBodyReader(
    createClientReader({ trustProxy: [], proxyHeader: 'x-forwarded-for' }),
    networksInMemory(),
  )
  let asked = 0
  const from = (body: Readable, remoteAddress = '203.0.113.1', headers = {}, isShown = false) =>
    read(Object.assign(body, { headers, socket: { remoteAddress } }), () => {
      asked += 1
      return isShown
    })
  /** One that goes on for as long as it is fed. */
  const begin = (bytes: number, remoteAddress?: string, isShown?: boolean) => {
    const body = new Readable({ read() {} })
    body.push(Buffer.alloc(bytes))
    const whole = from(body, remoteAddress, {}, isShown)
    whole.catch(() => {})
    return { body, whole }
  }
  return { from, begin, asked: () => asked }
}

const passed = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve))

test('is what came, in whatever pieces it did and whatever was announced', async () => {
  const { from } = start()
  const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 2.5 * smallBytes })), {
    maxLength: 9,
  })
  await fc.assert(
    fc.asyncProperty(sizes, fc.boolean(), async (lengths, isAnnounced) => {
      const pieces = lengths.map((length, index) => Buffer.alloc(length, index + 1))
      const sent = Buffer.concat(pieces)
      const headers = isAnnounced ? { 'content-length': `${sent.length}` } : {}

      const { bytes, leave } = await from(Readable.from(pieces), undefined, headers)
      leave()

      expect(bytes.equals(sent)).toBe(true)
    }),
  )
})

test('is as large as may be, and no larger', async () => {
  const { from } = start()

  expect((await from(Readable.from([Buffer.alloc(eventMaxBytes)]))).bytes).toHaveLength(eventMaxBytes)
  const larger = from(Readable.from([Buffer.alloc(eventMaxBytes), Buffer.alloc(1)]))
  await expect(larger).rejects.toMatchObject({ code: 'EVENT_TOO_LARGE' })
})

test('leaves room for others where it breaks off', async () => {
  const { begin } = start()
  const [first, ...broken] = Array.from({ length: 30 }, () => begin(1_000_000))
  await passed()
  for (const { body } of broken) body.destroy()
  for (const { whole } of broken) await expect(whole).rejects.toMatchObject({ code: 'REQUEST_INVALID' })
  const more = Array.from({ length: 30 }, () => begin(1_000_000))
  await passed()

  first?.body.push(null)
  expect((await first?.whole)?.bytes).toHaveLength(1_000_000)
  for (const { body } of more) body.destroy()
})

test('is ended only for others of its network, a whole /64 of IPv6 among them', async () => {
  const { begin } = start()
  const mine = begin(2_000_000, '2001:db8:1::1')
  const theirs = Array.from({ length: 40 }, (_, index) => begin(1_000_000, `2001:db8:2::${index}`))
  await passed()
  mine.body.push(Buffer.alloc(1_000_000))
  mine.body.push(null)

  expect((await mine.whole).bytes).toHaveLength(3_000_000)
  await expect(theirs[0]?.whole).rejects.toMatchObject({ code: 'EVENT_BUSY', retryAfterMs: 10_000 })
  for (const { body } of theirs) body.destroy()
})

test.each([
  ['its sender has shown the secret', false, true],
  ['its network has sent what was signed rightly', true, false],
])('is ended for no stranger, however many there are, once %s', async (_, isProven, isShown) => {
  const { from, begin } = start()
  const first = await from(Readable.from([Buffer.alloc(10)]))
  if (isProven) await first.believe()
  first.leave()
  const mine = begin(3_000_000, undefined, isShown)
  const theirs = Array.from({ length: 60 }, (_each, index) => begin(1_000_000, `198.51.100.${index}`))
  await passed()
  mine.body.push(null)

  expect((await mine.whole).bytes).toHaveLength(3_000_000)
  await expect(theirs[0]?.whole).rejects.toMatchObject({ code: 'EVENT_BUSY' })
  for (const { body } of theirs) body.destroy()
})

test('takes nothing from those that show their secret where a network is proven that strangers share', async () => {
  const { from, begin } = start()
  const first = await from(Readable.from([Buffer.alloc(10)]))
  await first.believe()
  first.leave()
  const mine = begin(1_000_000, undefined, true)
  const theirs = Array.from({ length: 60 }, () => begin(1_000_000))
  await passed()
  mine.body.push(null)

  expect((await mine.whole).bytes).toHaveLength(1_000_000)
  for (const { body } of theirs) body.destroy()
})

test('has no more room than others where many senders have shown the secret', async () => {
  const { begin } = start()
  const all = Array.from({ length: 60 }, (_, index) => begin(1_000_000, `198.51.100.${index}`, true))

  await expect(all[0]?.whole).rejects.toMatchObject({ code: 'EVENT_BUSY' })
  for (const { body } of all) body.destroy()
})

test('is asked for the secret of its sender once, and only where it takes room', async () => {
  const { from, asked } = start()

  await from(Readable.from([Buffer.alloc(smallBytes)]))
  expect(asked()).toBe(0)
  await from(Readable.from(Array.from({ length: 20 }, () => Buffer.alloc(smallBytes))))

  expect(asked()).toBe(1)
})

test('keeps the room of a whole one until it is left', async () => {
  const { begin, from } = start()
  const whole = await Promise.all(Array.from({ length: 10 }, () => from(Readable.from([Buffer.alloc(eventMaxBytes)]))))

  const refused = begin(eventMaxBytes)
  await expect(refused.whole).rejects.toMatchObject({ code: 'EVENT_BUSY' })
  for (const { leave } of whole) leave()

  const { bytes } = await from(Readable.from([Buffer.alloc(eventMaxBytes)]))
  expect(bytes).toHaveLength(eventMaxBytes)
})
