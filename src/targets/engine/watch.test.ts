import { expect, test } from 'vitest'

import { AppError } from '../../errors.ts'
import { watch } from './watch.ts'

test('tells once that following events is refused, tries on, and tells again after it had been allowed', async () => {
  const stop = new AbortController()
  const refused = () => new AppError('TARGET_FORBIDDEN', 'the proxy refuses GET /events: give it EVENTS=1')
  const answers = ['refused', 'refused', 'allowed', 'refused', 'end'] as const
  let turn = 0
  const told: AppError[] = []
  const deps = {
    engine: {
      async *followEvents(_: unknown, onOpen: () => void) {
        const answer = answers[turn]
        turn += 1
        if (answer === 'refused') throw refused()
        onOpen()
        if (answer === 'end') stop.abort()
        // It tells of nothing.
        yield* []
      },
    },
    inspections: { trust: () => {}, distrust: () => {} },
    clock: { sleep: async () => {} },
    // Only these are used by what is looked at here.
  } as unknown as Parameters<typeof watch>[0]

  await watch(
    deps,
    () => [],
    () => {},
    stop.signal,
    (error) => told.push(error),
  )

  expect(turn).toBe(answers.length)
  expect(told.map(({ message }) => message)).toEqual([refused().message, refused().message])
})
