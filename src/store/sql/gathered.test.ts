import { expect, test } from 'vitest'
import { gathered } from './gathered.ts'

function reader(fails: (key: number) => boolean = () => false) {
  const readings: (readonly number[])[] = []
  const read = gathered(async (keys: readonly number[]) => {
    readings.push(keys)
    return (key) => {
      if (fails(key)) throw new Error(`${key} is damaged`)
      return key * 10
    }
  })
  return { read, readings }
}

test('those who ask at once share one reading, and each gets its own', async () => {
  const { read, readings } = reader()

  expect(await Promise.all([read(1), read(2), read(1)])).toEqual([10, 20, 10])
  expect(readings).toEqual([[1, 2, 1]])
})

test('whoever asks later gets another reading', async () => {
  const { read, readings } = reader()

  await read(1)
  await read(1)

  expect(readings).toHaveLength(2)
})

test('however many ask, a reading stays small', async () => {
  const { read, readings } = reader()
  const keys = Array.from({ length: 40 }, (_, at) => at)

  expect(await Promise.all(keys.map(read))).toEqual(keys.map((key) => key * 10))
  expect(readings.map(({ length }) => length)).toEqual([16, 16, 8])
})

test('what is damaged fails for who asked for it alone', async () => {
  const { read } = reader((key) => key === 2)

  expect(await Promise.allSettled([read(1), read(2), read(3)])).toMatchObject([
    { value: 10 },
    { reason: { message: '2 is damaged' } },
    { value: 30 },
  ])
})

test('a reading that fails fails for all who shared it', async () => {
  const read = gathered<number, number>(() => Promise.reject(new Error('no')))

  expect(await Promise.allSettled([read(1), read(2)])).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }])
})
