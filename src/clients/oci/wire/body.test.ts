import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createBody } from './body.ts'

test('gives back what came in, however it was cut', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 50_000 }), { maxLength: 20 }), (pieces) => {
      const body = createBody(1_000_000)

      const taken = pieces.map((piece) => body.add(Buffer.from(piece)))

      expect(taken.every(Boolean)).toBe(true)
      expect(body.bytes().equals(Buffer.concat(pieces))).toBe(true)
    }),
    { numRuns: 20 },
  )
})

test('takes what just fits, and nothing beyond it', () => {
  const body = createBody(4)

  expect([body.add(Buffer.from('abc')), body.add(Buffer.from('d')), body.add(Buffer.from('e'))]).toEqual([
    true,
    true,
    false,
  ])
  expect(body.bytes().toString()).toBe('abcd')
})

test('holds on to nothing but the bytes themselves', () => {
  const body = createBody(1_000_000)
  const packet = Buffer.alloc(64 * 1024, 'a')

  for (let at = 0; at < 1000; at += 1) body.add(packet.subarray(at, at + 1))
  packet.fill('b')

  expect(body.bytes().toString()).toBe('a'.repeat(1000))
  expect(body.bytes().buffer.byteLength).toBeLessThanOrEqual(64 * 1024)
})
