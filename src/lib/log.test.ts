import { expect, test } from 'vitest'
import { createLog } from './log.ts'
import { secret } from './secret.ts'

function logged(format: 'plain' | 'json'): { lines: string[]; log: ReturnType<typeof createLog> } {
  const lines: string[] = []
  return { lines, log: createLog('info', format, (line) => lines.push(line)) }
}

test('a plain line names the workload first, then says what happened', () => {
  const { lines, log } = logged('plain')

  log.warn({ workload: 'local/container/web', code: 'ROLLED_BACK' }, 'rolled back')

  expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d WARN {2}local\/container\/web: rolled back\n$/)
})

test.each(['plain', 'json'] as const)('strikes secrets out of %s lines', (format) => {
  const { lines, log } = logged(format)
  secret('hunter2-hunter2')

  log.info({ url: 'https://user:hunter2-hunter2@host/' }, 'asked with hunter2-hunter2')

  expect(lines.join('')).not.toContain('hunter2')
})

test('is one line, whatever an engine says over several', () => {
  const { lines, log } = logged('plain')

  log.warn({ workload: 'local/container/web' }, 'failed: no space\n12:00:00 INFO  local/container/web: succeeded')

  expect(lines[0]?.split('\n')).toHaveLength(2)
})

test.each(['plain', 'json'] as const)('strikes secrets out of %s lines that JSON writes in another way', (format) => {
  const { lines, log } = logged(format)
  secret('quo"ted\\and\ttabbed')

  log.info({ detail: 'quo"ted\\and\ttabbed' }, 'asked with quo"ted\\and\ttabbed')

  expect(lines.join('')).not.toContain('ted')
})

test('keeps quiet below its level', () => {
  const { lines, log } = logged('json')

  log.debug({}, 'nothing')

  expect(lines).toEqual([])
})
