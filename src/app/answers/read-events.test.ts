import { expect, test } from 'vitest'
import { startManualClock } from '../../../test/fakes/clock.ts'
import { ago, digest, ended, newer, row, running, workload } from '../../../test/fakes/decide-input.ts'
import { createMemoryStore } from '../../../test/fakes/store.ts'
import type { EventEnd, HistoryEntry, HistoryKind, ReceivedEvent } from '../../store/store.ts'
import { createSenderCounts } from '../events/sender-counts.ts'
import { readEvents } from './read-events.ts'

const [registry, repository] = ['registry.example.com', 'team/web']
const from = { source: 'harbor', kind: 'pushed' } as const

/** A state in which the tag was told of, looked up so many seconds ago, and found to name something new. */
async function start() {
  const store = createMemoryStore()
  const clock = startManualClock()
  await store.saveWorkload(row())
  let keys = 0
  const tell = async (seconds: number, end: Partial<EventEnd> = {}, event: Partial<ReceivedEvent> = {}) => {
    const key = `key-${(keys += 1)}`
    const received = { key, registry, repository, tag: '1', digest: newer, receivedAt: ago(seconds), from, ...event }
    await store.receiveEvents([received])
    const usual = { lookedAt: ago(seconds), looks: 1, endedAt: ago(seconds - 2), found: newer, reason: null } as const
    await store.checkOffEvents([{ ...received, end: { fate: 'changed', ...usual, ...end } }])
  }
  const note = (kind: HistoryKind, seconds: number, more: Partial<HistoryEntry> = {}) =>
    store.addHistory({
      at: ago(seconds),
      actor: null,
      workload: workload.id,
      rollout: null,
      kind,
      reason: { code: kind.toUpperCase(), sentence: `it was ${kind}` },
      fromDigest: running,
      toDigest: newer,
      ...more,
    })
  const read = async () => (await readEvents({ store, clock }, { limit: 10 })).events
  return { store, clock, tell, note, read }
}

test('an event led to the rollout that began since of what was found', async () => {
  const { store, tell, note, read } = await start()
  const rollout = ended('succeeded', newer, 40)
  await store.saveRollout(rollout)
  await note('rollout-started', 900, { rollout: 'one of long ago' })
  await tell(60)
  await note('rollout-started', 50, { rollout: 'of another digest', toDigest: digest('c') })
  await note('rollout-started', 45, { rollout: rollout.id })

  expect(await read()).toMatchObject([
    {
      fate: 'changed',
      isOver: true,
      outcomes: [
        { kind: 'rollout', workload: workload.id, rollout: rollout.id, outcome: 'succeeded', endedAt: ago(40) },
      ],
    },
  ])
})

test('while its rollout is under way, it is not over, however long that takes', async () => {
  const { store, tell, note, read } = await start()
  const rollout = { ...ended(null, newer, 900), stage: 'forward', endedAt: null } as const
  await store.saveRollout(rollout)
  await tell(1_000)
  await note('rollout-started', 905, { rollout: rollout.id })

  expect(await read()).toMatchObject([{ isOver: false, outcomes: [{ kind: 'rollout', outcome: null, endedAt: null }] }])
})

test('says of a rollout that is not kept any more how it ended', async () => {
  const { tell, note, read } = await start()
  await tell(1_000)
  await note('rollout-started', 990, { rollout: 'gone' })
  await note('rollout-ended', 900, { rollout: 'gone' })

  expect(await read()).toMatchObject([
    {
      isOver: true,
      outcomes: [{ rollout: 'gone', outcome: null, endedAt: ago(900), reason: { code: 'ROLLOUT-ENDED' } }],
    },
  ])
})

test('says why a workload was held, and ends to wait for more after ten minutes', async () => {
  const { clock, tell, note, read } = await start()
  await tell(60)
  await note('held', 59)

  expect(await read()).toMatchObject([
    { isOver: false, outcomes: [{ kind: 'held', reason: { sentence: 'it was held' } }] },
  ])
  clock.advance(600_000)
  expect(await read()).toMatchObject([{ isOver: true }])
})

test.each([
  ['that is only told of it', { state: 'outdated', reason: { code: 'NOTIFY_ONLY', sentence: 'as told' } }, 'waiting'],
  ['that is held for the same reason as before', { state: 'held', reason: { code: 'PAUSED', sentence: 'so' } }, 'held'],
  ['whose turn comes', { state: 'outdated', reason: { code: 'OUTDATED', sentence: 'so' } }, null],
  [
    'that wants something else',
    { state: 'held', reason: { code: 'PINNED', sentence: 'so' }, candidate: running },
    null,
  ],
  ['of another repository', { state: 'held', image: 'registry.example.com/team/other:1' }, null],
  ['that runs by an image id', { state: 'held', image: 'sha256:aaaa' }, null],
] as const)('a workload %s', async (_, change, kind) => {
  const { store, tell, read } = await start()
  await store.saveWorkload(row({ candidate: newer, ...change }))
  await tell(60)

  const [event] = await read()

  expect(event?.outcomes.map((each) => each.kind)).toEqual(kind === null ? [] : [kind])
})

test('what came after the tag moved on belongs to the event of that', async () => {
  const { tell, note, read } = await start()
  await tell(60)
  await tell(40, { found: running })
  await tell(20)
  await note('rollout-started', 15, { rollout: 'r' })

  expect((await read()).map(({ outcomes }) => outcomes.length)).toEqual([1, 0, 0])
})

test.each([
  ['that came out of order', 'unseen', running],
  ['whose place newer news took', 'replaced', newer],
  ['of the image of one platform', 'changed', digest('c')],
] as const)('an event %s led to what came of what its look found', async (_, fate, told) => {
  const { store, tell, note, read } = await start()
  const rollout = ended('superseded', newer, 40)
  await store.saveRollout(rollout)
  await tell(60, { fate, found: newer }, { digest: told })
  await note('rollout-started', 59, { rollout: rollout.id })

  expect(await read()).toMatchObject([
    { fate, isOver: true, outcomes: [{ kind: 'rollout', rollout: rollout.id, outcome: 'superseded' }] },
  ])
})

test('what came after an event out of order found the same is told of it too, and of no later change', async () => {
  const { store, tell, note, read } = await start()
  await store.saveWorkload(row({ candidate: digest('c') }))
  await tell(60, {}, { digest: newer })
  await tell(58, { fate: 'unseen', found: newer }, { digest: running })
  await note('rollout-started', 57, { rollout: 'one' })
  await tell(40, { found: digest('c') }, { digest: digest('c') })
  await note('rollout-started', 39, { rollout: 'two', toDigest: digest('c') })

  expect((await read()).map(({ outcomes }) => outcomes.map((each) => each.rollout))).toEqual([
    ['two'],
    ['one'],
    ['one'],
  ])
})

test('what an event led to is told also once a newer one, which came amid that, has its look and its change', async () => {
  const { store, tell, note, read } = await start()
  const rollout = ended('superseded', newer, 50)
  await store.saveRollout(rollout)
  await tell(60, { fate: 'replaced' })
  await note('rollout-started', 59, { rollout: rollout.id })
  await tell(58, { lookedAt: ago(60), found: digest('c') }, { digest: digest('c') })
  await note('rollout-started', 49, { rollout: 'two', toDigest: digest('c') })

  expect((await read()).map(({ outcomes }) => outcomes.map((each) => each.rollout))).toEqual([['two'], [rollout.id]])
})

test('an event whose tag was never seen leads to nothing', async () => {
  const { tell, note, read } = await start()
  await tell(60, { fate: 'unseen', found: null })
  await note('rollout-started', 50, { rollout: 'r' })

  expect(await read()).toMatchObject([{ outcomes: [], isOver: true }])
})

test('an event whose place was just taken is not over before it is told what its look found', async () => {
  const { store, clock, read } = await start()
  const received = { registry, repository, tag: '1', digest: newer, from }
  await store.receiveEvents([{ ...received, key: 'one', receivedAt: ago(2) }])
  await store.receiveEvents([{ ...received, key: 'two', receivedAt: ago(1) }])

  expect((await read()).map(({ fate, isOver }) => [fate, isOver])).toEqual([
    ['waiting', false],
    ['replaced', false],
  ])
  clock.advance(700_000)
  expect((await read())[1]).toMatchObject({ fate: 'replaced', isOver: true })
})

test('what changed nothing leads to nothing, and is over at once', async () => {
  const { tell, note, read } = await start()
  await tell(60, { fate: 'unchanged' })
  await note('rollout-started', 50, { rollout: 'r' })

  expect(await read()).toMatchObject([{ fate: 'unchanged', outcomes: [], isOver: true }])
})

test('tells those who ask for what is newer whether the state is another one by now', async () => {
  const { store, clock, tell } = await start()
  const newest = async (after?: number) =>
    (await readEvents({ store, clock }, { limit: 5, source: 'hub', ...(after !== undefined && { after }) })).newestId
  expect(await newest(20)).toBe(0)

  await tell(60)

  expect(await newest(20)).toBe(1)
  expect(await newest()).toBeUndefined()
})

test('of one source, only how often that one was heard', async () => {
  const { store, clock } = await start()
  const senderCounts = createSenderCounts(['harbor', 'hub'], clock)
  for (const source of ['harbor', 'hub', null]) senderCounts.note(source, 'refused')

  const { heard } = await readEvents({ store, clock, senderCounts }, { limit: 1, source: 'hub' })

  expect(heard?.senders).toMatchObject([{ source: 'hub', refused: 1 }])
})

test('tells how often each source was heard, and of names that there are not only how often', async () => {
  const { store, clock } = await start()
  const senderCounts = createSenderCounts(['harbor', 'hub'], clock)
  for (const outcome of ['told', 'told', 'empty', 'refused'] as const) senderCounts.note('harbor', outcome)
  senderCounts.note(null, 'refused')

  const { heard } = await readEvents({ store, clock, senderCounts }, { limit: 1 })

  const none = { told: 0, empty: 0, greeted: 0, unreadable: 0, refused: 0, lastAt: null, lastRefusedAt: null }
  expect(heard?.senders).toEqual([
    {
      ...none,
      source: 'harbor',
      told: 2,
      empty: 1,
      refused: 1,
      lastAt: expect.any(String),
      lastRefusedAt: expect.any(String),
    },
    { ...none, source: 'hub' },
    { ...none, source: null, refused: 1, lastRefusedAt: expect.any(String) },
  ])
})
