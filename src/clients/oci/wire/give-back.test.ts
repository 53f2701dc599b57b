import { expect, test } from 'vitest'
import { giveBack } from './give-back.ts'

test('frees what is alone in its memory, and does so once', () => {
  const chunk = Buffer.from(new ArrayBuffer(1024))

  for (let round = 0; round < 3; round += 1) giveBack(chunk)

  expect(chunk.length).toBe(0)
  expect(chunk.buffer.byteLength).toBe(0)
})

test('leaves alone what shares its memory with others', () => {
  const whole = Buffer.from(new ArrayBuffer(1024)).fill('a')

  giveBack(whole.subarray(1, 1024))
  giveBack(Buffer.from('out of the pool'))

  expect(whole.toString('latin1')).toBe('a'.repeat(1024))
})
