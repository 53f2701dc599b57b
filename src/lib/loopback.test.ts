import { expect, test } from 'vitest'
import { isLoopback } from './loopback.ts'

test.each(['localhost', '127.0.0.1', '127.9.9.9', '::1', '[::1]'])('%s does not leave the machine', (hostname) => {
  expect(isLoopback(hostname)).toBe(true)
})

test.each(['127.evil.example', 'localhost.evil.example', '10.0.0.1', '127.0.0.1.', '', '::2'])(
  '%j may leave it',
  (hostname) => {
    expect(isLoopback(hostname)).toBe(false)
  },
)
