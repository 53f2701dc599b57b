import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { onAbort } from './on-abort.ts'

test('calls all who wait once, and none who gave up waiting', () => {
  const stop = new AbortController()
  const called: string[] = []
  onAbort(stop.signal, () => called.push('a'))
  onAbort(stop.signal, () => called.push('b'))()
  onAbort(stop.signal, () => called.push('c'))

  stop.abort()

  expect(called).toEqual(['a', 'c'])
})

test('who takes itself out while others are called keeps nobody from being called', () => {
  const stop = new AbortController()
  const called: string[] = []
  const forget = onAbort(stop.signal, () => {
    called.push('a')
    forget()
  })
  onAbort(stop.signal, () => called.push('b'))

  stop.abort()

  expect(called).toEqual(['a', 'b'])
})

test('a signal has one listener, however many wait', () => {
  const { signal } = new AbortController()

  for (let index = 0; index < 1000; index += 1) onAbort(signal, () => {})

  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
})
