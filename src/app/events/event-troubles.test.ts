import { expect, test } from 'vitest'
import { event, pushed, startChecks as start } from '../../../test/fakes/event-checks.ts'

/** Checks over a state in which the rows of some repositories cannot be read until they are mended. */
async function startUnreadable(...names: readonly string[]) {
  const started = start({ follows: [...names, 'web'] })
  const { store, begin } = started
  const { tagObservation } = store
  const mended = new Set<string>()
  store.tagObservation = (registry, repository, tag) =>
    repository === 'web' || mended.has(repository)
      ? tagObservation(registry, repository, tag)
      : Promise.reject(new Error('row unreadable'))
  await begin()
  return { ...started, mended }
}

const from = { source: 'harbor', kind: 'pushed' } as const

test('a repository whose row cannot be read keeps no other waiting, is told once, and is tried again', async () => {
  const { clock, store, world, looks, lines, mended, arrive } = await startUnreadable('bad', 'worse')
  await arrive(event({ repository: 'bad', from }), event({ repository: 'worse', from }), event({ from }))
  await clock.pass(5_000)
  world.shows = pushed
  await clock.pass(300_000)

  expect(looks).toEqual(['bad 0', 'worse 0', 'web 0', 'web 2', 'web 10'])
  expect(lines.filter((line) => line.includes('row unreadable'))).toHaveLength(1)
  mended.add('bad')
  await clock.pass(20_000)

  expect(await store.eventTrail({ limit: 3 })).toMatchObject([
    { repository: 'web', fate: 'changed' },
    { repository: 'worse', fate: 'waiting' },
    { repository: 'bad', fate: 'changed' },
  ])
})

test('a repository whose row cannot be read is not tried without end', async () => {
  const { clock, store, arrive } = await startUnreadable('bad')
  await arrive(event({ repository: 'bad', from }))

  await clock.pass(620_000)

  const reason = { code: 'INTERNAL', sentence: expect.any(String) }
  expect(await store.eventTrail({ limit: 1 })).toMatchObject([{ fate: 'failed', looks: 1, reason }])
  expect(await store.pendingEvents(10)).toEqual([])
})

test('house is kept and events are seen to, each while the other fails', async () => {
  const { clock, store, world, lines, looks, arrive } = await startUnreadable('bad')
  const { forgetEventKeys } = store
  let kept = 0
  store.forgetEventKeys = () => Promise.reject(new Error('no space left on device'))
  await arrive(event({ repository: 'bad' }))
  await clock.pass(3_600_000)
  store.forgetEventKeys = async (before) => {
    kept += 1
    await forgetEventKeys(before)
  }

  await arrive(event())
  await clock.pass(1_000)
  world.shows = pushed
  await clock.pass(15_000)

  expect(looks.slice(-2)).toEqual(['web 3600', 'web 3602'])
  expect(kept).toBe(1)
  expect(lines.filter((line) => line.includes('no space'))).toHaveLength(1)
})
