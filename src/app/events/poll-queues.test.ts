import { isDeepStrictEqual } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { settled, startManualClock } from '../../../test/fakes/clock.ts'
import { ecrBody } from '../../../test/fakes/senders/hosted-registries.ts'
import { snsMessage } from '../../../test/fakes/senders/sns.ts'
import { startSqs } from '../../../test/fakes/sqs.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import { openSqsQueue } from '../../clients/ecr/sqs-queue.ts'
import { createEcrQueue } from '../../events/ecr/queue.ts'
import { createLog } from '../../lib/log.ts'
import { examineQueues } from '../doctor/examine-queues.ts'
import { createEventTally } from './event-tally.ts'
import { pollQueues } from './poll-queues.ts'

const registry = '123456789012.dkr.ecr.eu-central-1.amazonaws.com'
const region = 'eu-central-1'
const keys = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'nothing-that-exists' }
const push = (nonce = 0, tag = '1.2.3') =>
  JSON.stringify(
    ecrBody({ 'repository-name': 'shop/web', 'image-digest': `sha256:${'a'.repeat(64)}`, 'image-tag': tag }, nonce),
  )

const until = async (is: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await is())) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** The real SDK against an endpoint of ours, on a clock that a test moves. */
async function start(options: Parameters<typeof startSqs>[0] = {}) {
  const sqs = await startSqs(options)
  const queue = createEcrQueue({ registry, url: sqs.url, open: () => openSqsQueue({ url: sqs.url, region, keys }) })
  const store = createMemoryStore()
  const clock = startManualClock()
  const lines: string[] = []
  const tally = createEventTally()
  const news: unknown[] = []
  const queues = [{ name: 'ecr', queue }]
  const log = createLog('debug', 'plain', (line) => lines.push(line))
  const stop = new AbortController()
  const deps = {
    store,
    clock,
    log,
    tally,
    queues,
    random: () => 0,
    onNews: (events: readonly unknown[]) => news.push(...events),
    onDoubt: () => {},
  }
  const begin = () => {
    const running = pollQueues(deps, stop.signal)
    onTestFinished(async () => {
      stop.abort()
      await running
      queue.close()
    })
    return running
  }
  return { sqs, queue, queues, store, clock, lines, tally, news, stop, begin }
}

test('what the queue tells is kept, and removed only then', async () => {
  const { sqs, store, news, tally, begin } = await start()
  const kept = store.receiveEvents.bind(store)
  let wasThere: readonly string[] = []
  store.receiveEvents = async (events) => {
    wasThere = sqs.waiting()
    return kept(events)
  }
  sqs.send(push())
  void begin()
  await until(() => sqs.waiting().length === 0)

  expect(wasThere).toHaveLength(1)
  expect(news).toMatchObject([{ registry, repository: 'shop/web', tag: '1.2.3' }])
  expect(await store.eventTrail({ limit: 10 })).toMatchObject([
    { source: 'ecr', kind: 'pushed', repository: 'shop/web' },
  ])
  expect(tally).toMatchObject({ received: 1 })
  expect(sqs.calls[0]).toMatchObject({
    action: 'ReceiveMessage',
    region,
    input: { QueueUrl: sqs.url, WaitTimeSeconds: 20, MaxNumberOfMessages: 10, VisibilityTimeout: 60 },
  })
})

test('what came through a topic is read too, what comes twice is told once, and what is of no image is removed', async () => {
  const { sqs, news, tally, begin } = await start()
  void begin()
  sqs.send(JSON.stringify(snsMessage(push(1))))
  sqs.send(push(1))
  sqs.send(JSON.stringify(ecrBody({ 'repository-name': 'shop/web' }, 0, { 'detail-type': 'ECR Image Scan' })))
  await until(() => tally.received + tally.repeated === 2 && sqs.waiting().length === 0)

  expect(news.every((each) => isDeepStrictEqual(each, news[0]))).toBe(true)
  expect(tally).toMatchObject({ received: 1, repeated: 1 })
})

test('what cannot be kept stays in the queue, and is kept when it comes again', async () => {
  const { sqs, store, clock, news, lines, begin } = await start()
  const kept = store.receiveEvents.bind(store)
  store.receiveEvents = () => Promise.reject(new Error('no space left on device'))
  sqs.send(push())
  void begin()
  await until(() => lines.some((line) => line.includes('cannot be read')))
  expect(sqs.waiting()).toHaveLength(1)

  store.receiveEvents = kept
  sqs.showAgain()
  await settled()
  await clock.pass(1_000)
  await until(() => sqs.waiting().length === 0)

  expect(news).toHaveLength(1)
})

const receives = ({ calls }: Awaited<ReturnType<typeof startSqs>>): number =>
  calls.filter(({ action }) => action === 'ReceiveMessage').length

test('while the state cannot be written a queue is left alone, which counts how often it gives a message', async () => {
  const { sqs, store, clock, news, lines, begin } = await start()
  const { receiveEvents: kept, checkWritable } = store
  const isFull = (): Promise<never> => Promise.reject(new Error('no space left on device'))
  Object.assign(store, { receiveEvents: isFull, checkWritable: isFull })
  sqs.send(push())
  void begin()
  await until(() => lines.some((line) => line.includes('cannot be read')))
  for (let minutes = 0; minutes < 30; minutes += 1) {
    sqs.showAgain()
    await clock.pass(60_000)
  }
  expect(receives(sqs)).toBe(1)

  Object.assign(store, { receiveEvents: kept, checkWritable })
  await clock.pass(75_000)
  await until(() => sqs.waiting().length === 0)

  expect(news).toHaveLength(1)
})

test('the pauses after what cannot be kept grow, although the queue has nothing in between', async () => {
  const { sqs, store, clock, lines, begin } = await start()
  let tries = 0
  store.receiveEvents = () => {
    tries += 1
    return Promise.reject(new Error('no space left on device'))
  }
  sqs.send(push())
  void begin()
  await until(() => lines.some((line) => line.includes('cannot be read')))
  for (const pauseMs of [1_000, 2_000, 5_000, 15_000]) {
    const [asked, tried] = [receives(sqs), tries]
    await clock.pass(pauseMs - 1_000)
    expect(receives(sqs)).toBe(asked)
    await clock.pass(1_000)
    await until(() => receives(sqs) > asked)
    sqs.endPolls()
    await settled()
    await clock.pass(1_000)
    await until(() => receives(sqs) > asked + 1)
    sqs.showAgain()
    await until(() => tries > tried)
    await settled()
  }
})

test('what nobody can read is kept aside once, and left to the queue', async () => {
  const { sqs, store, tally, begin } = await start()
  sqs.send('{"Records": []}')
  void begin()
  await until(async () => (await store.deadLetters()).length === 1)
  sqs.showAgain()
  await until(() => sqs.calls.filter(({ action }) => action === 'ReceiveMessage').length >= 3)

  expect(await store.deadLetters()).toMatchObject([{ source: 'ecr', body: '{"Records": []}' }])
  expect(tally.unreadable).toBe(1)
  expect(sqs.waiting()).toHaveLength(1)
  expect(await store.eventTrail({ limit: 10 })).toMatchObject([{ fate: 'unreadable', source: 'ecr' }])
})

test('what nobody can read is kept aside when it comes again, where it could not be the first time', async () => {
  const { sqs, store, clock, tally, lines, begin } = await start()
  const kept = store.addDeadLetter.bind(store)
  store.addDeadLetter = () => Promise.reject(new Error('no space left on device'))
  sqs.send('{"Records": []}')
  void begin()
  await until(() => lines.some((line) => line.includes('cannot be read')))
  expect(tally.unreadable).toBe(0)

  store.addDeadLetter = kept
  sqs.showAgain()
  await settled()
  await clock.pass(1_000)
  await until(async () => (await store.deadLetters()).length === 1)
  sqs.showAgain()
  await until(() => sqs.calls.filter(({ action }) => action === 'ReceiveMessage').length >= 4)

  expect(await store.deadLetters()).toHaveLength(1)
  expect(tally.unreadable).toBe(1)
})

test.each([
  ['AccessDeniedException', 'EVENT_QUEUE_FORBIDDEN'],
  ['QueueDoesNotExist', 'EVENT_QUEUE_NOT_FOUND'],
  ['UnsupportedOperation', 'EVENT_QUEUE_UNAVAILABLE'],
])('a queue that answers with %s is told, tried again later, and told to be well', async (failure, code) => {
  const { sqs, store, clock, lines, news, begin } = await start()
  sqs.failures.push(failure, failure)
  void begin()
  await until(async () => (await store.sourceTroubles()).length === 1)
  expect(await store.sourceTroubles()).toMatchObject([{ source: 'ecr', reason: { code }, since: expect.any(String) }])
  const asked = sqs.calls.length
  await settled()
  expect(sqs.calls).toHaveLength(asked)

  await clock.pass(1_000)
  await until(() => sqs.calls.length > asked)
  sqs.send(push())
  await settled()
  await until(async () => {
    await clock.pass(2_000)
    return news.length === 1
  })

  expect(await store.sourceTroubles()).toEqual([])
  expect(lines.filter((line) => line.includes('cannot be read'))).toHaveLength(1)
})

test('ends at once, also in the middle of a long poll', async () => {
  const { sqs, stop, begin } = await start()
  const running = begin()
  await until(() => sqs.calls.length === 1)
  const askedAt = Date.now()

  stop.abort()
  await running

  expect(Date.now() - askedAt).toBeLessThan(5_000)
})

test('the doctor tells how many messages wait, and what is missing', async () => {
  const good = await start()
  good.sqs.send(push())
  const bare = await start({ hasRedrive: false })
  const closed = await start()
  closed.sqs.failures.push('AccessDeniedException')
  const look = (each: typeof good) => examineQueues({ eventQueues: each.queues }, new AbortController().signal)

  expect(await look(good)).toMatchObject([
    { standing: 'well', name: 'ecr', sentence: expect.stringContaining('1 message waits') },
  ])
  expect(await look(bare)).toMatchObject([{ standing: 'doubtful', remedy: expect.stringContaining('redrive') }])
  expect(await look(closed)).toMatchObject([
    { standing: 'wrong', sentence: expect.stringContaining('sqs:GetQueueAttributes') },
  ])
})
