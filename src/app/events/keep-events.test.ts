import { expect, test } from 'vitest'
import { event, pushed, startChecks as start } from '../../../test/fakes/event-checks.ts'
import { AppError } from '../../errors.ts'

/** Checks over a state whose answer to the next write of events is lost, after it was done. */
async function startLossy() {
  const started = start({ follows: ['web'] })
  const { store, world, begin } = started
  await begin()
  world.shows = pushed
  const { receiveEvents } = store
  store.receiveEvents = async (events) => {
    await receiveEvents(events)
    store.receiveEvents = receiveEvents
    throw new AppError('STATE_UNAVAILABLE', 'the connection was lost')
  }
  return started
}

test.each([
  ['at once where it is sent again', true, 'web 1'],
  ['soon where it is not', false, 'web 10'],
])('what was kept although that was said to have failed is looked up, %s', async (_, isSentAgain, look) => {
  const { clock, store, looks, arrive } = await startLossy()
  const push = event()

  await expect(arrive(push)).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' })
  await clock.pass(1_000)
  if (isSentAgain) await arrive(push)
  await clock.pass(15_000)

  expect(looks).toEqual([look])
  expect(await store.pendingEvents(10)).toEqual([])
})

test('a state that is away for longer is asked until it answers', async () => {
  const { clock, store, looks, arrive } = await startLossy()
  const { pendingEvents } = store
  store.pendingEvents = () => Promise.reject(new AppError('STATE_UNAVAILABLE', 'the connection was lost'))
  await expect(arrive(event())).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' })
  await clock.pass(65_000)
  store.pendingEvents = pendingEvents

  await clock.pass(15_000)

  expect(looks).toEqual(['web 70'])
})

test('what is sent again while its end is written is not looked up again', async () => {
  const { clock, store, world, looks, tally, begin, arrive } = start({ follows: ['web'] })
  await begin()
  world.shows = pushed
  const [push, ofNobody] = [event(), event({ repository: 'of-nobody' })]
  const { checkOffEvents } = store
  const written = Promise.withResolvers<void>()
  store.checkOffEvents = async (events) => {
    await written.promise
    await checkOffEvents(events)
  }
  await arrive(push, ofNobody)
  await clock.pass(5_000)

  await arrive(push, ofNobody)
  await clock.pass(5_000)
  written.resolve()
  await clock.pass(60_000)

  expect(looks).toEqual(['web 0'])
  expect(tally).toMatchObject({ received: 2, repeated: 2, unfollowed: 1 })
  expect(await store.pendingEvents(10)).toEqual([])
})
