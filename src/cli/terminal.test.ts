import { expect, test } from 'vitest'
import { secret } from '../lib/secret.ts'
import { openTerminal, type Stream } from './terminal.ts'

function streams({ isTTY = false, columns = 80 } = {}) {
  const written: string[] = []
  // Of the overloads of write, the terminal uses this one alone.
  const write = ((text: string) => written.push(text) > 0) as Stream['write']
  const stream: Stream = { write, isTTY, columns }
  return { written, terminal: openTerminal(stream, stream) }
}

test.each(['print', 'tell'] as const)('what it is given to %s cannot steer the terminal', (door) => {
  const { written, terminal } = streams()

  terminal[door]('web\u001b[2J\u009b\u202e: bad\rgood\nnext\n')

  expect(written.join('').trimEnd()).toBe(String.raw`web\u001b[2J\u009b\u202e: bad\u000dgood` + '\nnext')
})

test.each(['print', 'tell'] as const)('what it is given to %s tells no secret', (door) => {
  const { written, terminal } = streams()
  secret('a-very-long-password')

  terminal[door]('refused a-very-long-password')

  expect(written.join('').trimEnd()).toBe('refused ***')
})

test('takes the progress away before anything else is written', () => {
  const { written, terminal } = streams({ isTTY: true })

  terminal.showProgress?.('pulling, 1 of 2 layers')
  terminal.tell('rolled back\n')
  terminal.tell('next\n')

  expect(written).toEqual(['pulling, 1 of 2 layers', '\r\u001b[K', 'rolled back\n', 'next\n'])
})

test('keeps the progress on one line, and harmless', () => {
  const { written, terminal } = streams({ isTTY: true, columns: 20 })

  terminal.showProgress?.('\u001b[2Jlocal/container/web: pulling')

  expect(written).toEqual([String.raw`\u001b[2Jlocal/cont`])
})

test('shows no progress in a pipe, and no width', () => {
  expect(streams().terminal).toMatchObject({ showProgress: null, columns: null })
})

test('a terminal that does not tell its width has none', () => {
  expect(streams({ isTTY: true, columns: 0 }).terminal.columns).toBeNull()
})
