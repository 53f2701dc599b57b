import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createEventTally } from '../../src/app/events/event-tally.ts'
import { createReceiver } from '../../src/app/events/receive-event.ts'
import { eventSources } from '../../src/events/index.ts'
import { createLog } from '../../src/lib/log.ts'
import { secret } from '../../src/lib/secret.ts'
import { startChild } from '../bench/child.ts'
import { pushesOf, registry, sendPushes, sourceName, type Push } from '../bench/storm/pushes.ts'
import type { Answer, Question } from '../bench/storm/service.ts'
import { openState, type StatePlace } from '../bench/storm/state.ts'
import type { Answer as Bothered, Question as Bother } from '../bench/storm/strangers.ts'

import { createSchema, describeWithPostgres, type Schema } from './postgres-place.ts'

const word = 'a-secret-for-the-storm'
const bench = join(import.meta.dirname, '../bench/storm')
const count = 10_000

let stateFolder: string
beforeEach(async () => {
  stateFolder = await mkdtemp(join(tmpdir(), 'longshore-storm-'))
})
afterEach(() => rm(stateFolder, { recursive: true }))

async function startService(repositories: number, state: StatePlace = { folder: stateFolder }, firstRepository = 0) {
  const child = await startChild<Question, Answer>(join(bench, 'service.ts'))
  const { url } = await child.ask({ kind: 'open', state, repositories, firstRepository, secret: word })
  return { child, url }
}

/** What the state knows, now that nobody else uses it. */
async function readState(pushes: readonly Push[], state: StatePlace = { folder: stateFolder }) {
  const store = await openState(state)
  const pending = await store.pendingEvents(10 * count)
  const clock = { now: () => Date.now(), elapsed: () => 0, sleep: () => Promise.resolve() }
  const source = eventSources.distribution({ registry })
  const tally = createEventTally()
  const receive = createReceiver({
    store,
    clock,
    log: createLog('error', 'plain', () => {}),
    tally,
    sources: [{ name: sourceName, source, secrets: [secret(word)] }],
    onNews: () => {},
    onDoubt: () => {},
  })
  const headers = { authorization: [`Bearer ${word}`] }
  const ask = ({ body }: Push) => receive(sourceName, { headers, pathSecret: null, body: Buffer.from(body) })
  for (let begin = 0; begin < pushes.length; begin += 500) await Promise.all(pushes.slice(begin, begin + 500).map(ask))
  await store.close()
  return { pending: new Set(pending.map(({ repository }) => repository)), unheard: tally.received }
}

/** First at once, then at most one each two seconds. */
const looksAllowed = ({ runningMs }: Answer): number => 1 + Math.ceil(runningMs / 2_000)

/** One that runs out goes on beside the next test, whose state it finds in use: a busy machine takes minutes. */
const stormMaxMs = 180_000

describe('10,000 events', { timeout: stormMaxMs }, () => {
  test.each([
    ['one repository', 1],
    ['a repository each', count],
  ])('about %s are all kept, with strangers of every kind beside, and cost few looks', async (_, repositories) => {
    await using strangers = await startChild<Bother, Bothered>(join(bench, 'strangers.ts'))
    const { child, url } = await startService(repositories)
    await using service = child
    await strangers.ask({ kind: 'begin', port: Number(new URL(url).port), path: new URL(url).pathname })
    await sendPushes({ url, secret: word, pushes: pushesOf(500, () => 'repo/warm', count) })
    const before = await service.ask({ kind: 'report' })
    const pushes = pushesOf(count, (index) => `repo/${index % repositories}`)

    const { acknowledged, others } = await sendPushes({ url, secret: word, pushes })

    const after = await service.ask({ kind: 'report' })
    const { begun, answers } = await strangers.ask({ kind: 'end' })
    expect(others).toEqual({})
    expect(acknowledged).toHaveLength(count)
    expect(after.looksOfOne).toBeLessThanOrEqual(looksAllowed(after))
    expect(after.looks).toBeGreaterThanOrEqual(repositories)
    expect(after.shortestGapMs ?? Infinity).toBeGreaterThan(1_990)
    expect(after.peakMiB - before.rssMiB).toBeLessThan(150)
    // The log names who failed, and is not filled by it.
    expect(after.lines).toBeLessThan(30)
    expect(Object.keys(begun)).toHaveLength(8)
    expect(Object.values(answers).flatMap((each) => Object.keys(each))).not.toContain('202')
    expect(answers['too large']).toHaveProperty('413')
    expect(answers['compressed']).toHaveProperty('415')
    expect(answers['wrong secret']).toHaveProperty('401')
    await service[Symbol.asyncDispose]()
    expect(await readState(acknowledged)).toMatchObject({ unheard: 0 })
  })

  test('about repositories that nobody follows cost no look', async () => {
    const { child, url } = await startService(1)
    await using service = child

    const { acknowledged } = await sendPushes({
      url,
      secret: word,
      pushes: pushesOf(500, (index) => `else/${index}`),
    })

    expect(acknowledged).toHaveLength(500)
    expect(await service.ask({ kind: 'report' })).toMatchObject({ looks: 0 })
  })
})

/** Kills the service in the middle of a storm, after so many of each round. @returns what it had acknowledged */
async function stormAndKill(state: StatePlace, rounds: readonly number[], most = count): Promise<readonly Push[]> {
  const acknowledged: Push[] = []
  for (const [round, killedAfter] of rounds.entries()) {
    const { child, url } = await startService(most, state)
    await using service = child
    const killed = new AbortController()
    const sent = await sendPushes({
      url,
      secret: word,
      pushes: pushesOf(most, (index) => `repo/${index}`, round * most),
      onAcknowledged: (sofar) => {
        if (sofar !== killedAfter) return
        process.kill(service.pid, 'SIGKILL')
        killed.abort()
      },
      stop: killed.signal,
    })
    expect(sent.acknowledged.length).toBeGreaterThanOrEqual(killedAfter)
    expect(sent.acknowledged.length).toBeLessThan(most)
    acknowledged.push(...sent.acknowledged)
  }
  return acknowledged
}

test('what was acknowledged is there after a kill -9 in the middle of the storm, each time', async () => {
  const acknowledged = await stormAndKill({ folder: stateFolder }, [100, 1_000])

  const { pending, unheard } = await readState(acknowledged)

  expect(unheard).toBe(0)
  // Nothing was looked up to its end: each repository that was heard of is still to be.
  const told = acknowledged.map(({ body }) => /repo\/\d+/.exec(body)?.[0] ?? '')
  expect(told.filter((repository) => !pending.has(repository))).toEqual([])
})

test('what was acknowledged before a kill -9 is looked at by the next process, beyond all that it holds in memory', async () => {
  const most = 12_000
  const firstRepository = 11_000
  const acknowledged = await stormAndKill({ folder: stateFolder }, [11_500], most)
  const told = acknowledged.flatMap(({ body }) => /repo\/(\d+)/.exec(body)?.[1] ?? [])
  const followed = told.filter((each) => Number(each) >= firstRepository)

  const { child } = await startService(most - firstRepository, { folder: stateFolder }, firstRepository)
  await using service = child

  await expect
    .poll(async () => (await service.ask({ kind: 'report' })).looks, { timeout: 30_000 })
    .toBeGreaterThanOrEqual(followed.length)
  expect(followed.length).toBeGreaterThan(400)
}, 180_000)

describeWithPostgres('with the state in PostgreSQL', (server) => {
  let schema: Schema
  beforeEach(async () => {
    schema = await createSchema(server)
  })
  afterEach(() => schema.remove())

  test('a storm with strangers of every kind beside is all kept, and costs few looks', async () => {
    const state = { url: schema.url }
    await using strangers = await startChild<Bother, Bothered>(join(bench, 'strangers.ts'))
    const { child, url } = await startService(100, state)
    await using service = child
    await strangers.ask({ kind: 'begin', port: Number(new URL(url).port), path: new URL(url).pathname })

    const pushes = pushesOf(500, (index) => `repo/${index % 100}`)
    const { acknowledged, others } = await sendPushes({ url, secret: word, pushes })

    const after = await service.ask({ kind: 'report' })
    await service[Symbol.asyncDispose]()
    expect(others).toEqual({})
    expect(acknowledged).toHaveLength(500)
    expect(after.looksOfOne).toBeLessThanOrEqual(looksAllowed(after))
    expect(after.looks).toBeGreaterThanOrEqual(100)
    expect(await readState(acknowledged, state)).toMatchObject({ unheard: 0 })
  })

  test('what was acknowledged is there after a kill -9 in the middle', async () => {
    const state = { url: schema.url }

    const acknowledged = await stormAndKill(state, [100])

    expect(await readState(acknowledged, state)).toMatchObject({ unheard: 0 })
  })
})
