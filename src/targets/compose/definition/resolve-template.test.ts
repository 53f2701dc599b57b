import { describe, expect, test } from 'vitest'
import { resolveTemplate } from './resolve-template.ts'
import { environmentScope } from './scope.ts'

const scope = environmentScope({ V: '1', EMPTY: '' })

describe('a text with variables', () => {
  // Seen with docker compose 2.26.1.
  test.each([
    ['$V', '1'],
    ['${V}', '1'],
    ['${W}', ''],
    ['${V-d}', '1'],
    ['${EMPTY-d}', ''],
    ['${EMPTY:-d}', 'd'],
    ['${V:+p}', 'p'],
    ['${EMPTY:+p}', ''],
    ['${EMPTY+p}', 'p'],
    ['${EMPTY?err}', ''],
    ['${EMPTY:-${W:-n}}', 'n'],
    ['${V:-${W}}c', '1c'],
    ['x$$V', 'x$V'],
    ['${V:-a}b}', '1b}'],
    ['$V_x', ''],
    ['${W:-a:-b}', 'a:-b'],
    ['${W:-$V}', '1'],
    ['${W:-a$$b}', 'a$b'],
    ['${W:-{}}', '{}'],
    ['$', '$'],
    ['$1', '$1'],
  ])('%s stands for %j', (text, value) => {
    expect(resolveTemplate(text, scope)).toMatchObject({ value })
  })

  test.each(['${EMPTY:?err}', '${W?err}', '${V }', '${1}', '${}', '${W'])('%s is a problem', (text) => {
    expect(resolveTemplate(text, scope)).toHaveProperty('problem')
  })

  test('says of every part where it stands and what decided it', () => {
    expect(resolveTemplate('a/$V:${W:-1}', scope)).toMatchObject({
      parts: [
        { kind: 'text', start: 0, end: 2, value: 'a/' },
        { name: 'V', start: 2, end: 4, decider: { kind: 'environment' } },
        { kind: 'text', start: 4, end: 5 },
        { name: 'W', start: 5, end: 12, decider: { kind: 'operand', start: 10, end: 11, hasVariables: false } },
      ],
    })
  })
})
