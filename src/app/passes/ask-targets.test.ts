import { expect, test } from 'vitest'
import { startFakeClock } from '../../../test/fakes/clock.ts'
import { AppError } from '../../errors.ts'
import { createTargetQuestions } from './ask-targets.ts'

const answers = async (): Promise<void> => {}
const away = (): Promise<void> => Promise.reject(new AppError('TARGET_UNAVAILABLE', 'no engine listens'))

test('tells which targets do not answer, and why; what cannot be asked counts as there', async () => {
  const targets = [{ name: 'local', ping: answers }, { name: 'attic', ping: away }, { name: 'shed' }]

  const ask = createTargetQuestions(targets, startFakeClock())

  expect(await ask()).toEqual([
    { target: 'attic', reason: { code: 'TARGET_UNAVAILABLE', sentence: 'no engine listens' } },
  ])
})

test('asks what several kinds of workloads run on once', async () => {
  let asked = 0
  const ping = async () => void (asked += 1)

  await createTargetQuestions(
    [
      { name: 'local', ping },
      { name: 'local', ping },
    ],
    startFakeClock(),
  )()

  expect(asked).toBe(1)
})

test('asks no more often than once a second, however many want to know', async () => {
  const clock = startFakeClock()
  let asked = 0
  let isAway = false
  const ping = async () => {
    asked += 1
    if (isAway) await away()
  }
  const ask = createTargetQuestions([{ name: 'local', ping }], clock)

  for (let times = 0; times < 100; times += 1) expect(await ask()).toEqual([])
  expect(asked).toBe(1)

  isAway = true
  clock.advance(1_000)
  expect(await ask()).toMatchObject([{ target: 'local' }])
  expect(asked).toBe(2)
})

test('does not wait for one that never answers, and does not ask it again before that is clear', async () => {
  const clock = startFakeClock()
  const limit = new AbortController()
  let asked = 0
  const ping = () => {
    asked += 1
    return new Promise<void>(() => {})
  }
  const ask = createTargetQuestions([{ name: 'local', ping }], clock, () => limit.signal)
  const waiting = [ask()]
  clock.advance(1_500)
  waiting.push(ask())

  limit.abort()

  const silent = [{ target: 'local', reason: { code: 'TARGET_UNAVAILABLE', sentence: 'it did not answer in time' } }]
  expect(await Promise.all(waiting)).toEqual([silent, silent])
  expect(asked).toBe(1)
})
