import { expect, test } from 'vitest'
import { joined } from './joined.ts'

test('those who ask at once share one reading', async () => {
  let readings = 0
  const read = joined(async () => (readings += 1))

  const answers = await Promise.all([read(), read(), read()])

  expect(answers).toEqual([1, 1, 1])
})

test('whoever asks once the reading has begun gets another', async () => {
  const { promise: end, resolve } = Promise.withResolvers<void>()
  const began = Promise.withResolvers<void>()
  let value = 'before'
  const read = joined(async () => {
    const found = value
    began.resolve()
    await end
    return found
  })

  const early = read()
  await began.promise
  value = 'after'
  const late = read()
  resolve()

  expect(await Promise.all([early, late])).toEqual(['before', 'after'])
})

test('a reading that fails fails for those who shared it, and for nobody after them', async () => {
  let isBroken = true
  const read = joined(() => (isBroken ? Promise.reject(new Error('no')) : Promise.resolve('found')))

  await expect(Promise.allSettled([read(), read()])).resolves.toMatchObject([
    { status: 'rejected' },
    { status: 'rejected' },
  ])
  isBroken = false

  await expect(read()).resolves.toBe('found')
})
