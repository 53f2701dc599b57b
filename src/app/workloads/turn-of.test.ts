import { expect, test } from 'vitest'
import { turnOf } from './turn-of.ts'

test('services of one Compose project take turns', () => {
  expect(turnOf('local/compose/shop/web')).toBe(turnOf('local/compose/shop/db'))
})

test.each([
  ['services of two projects', 'local/compose/shop/web', 'local/compose/blog/web'],
  ['services of two engines', 'local/compose/shop/web', 'edge/compose/shop/web'],
  ['two containers', 'local/container/shop', 'local/container/web'],
  ['a container and a project of its name', 'local/container/shop', 'local/compose/shop/web'],
])('%s do not', (_, one, other) => {
  expect(turnOf(one)).not.toBe(turnOf(other))
})
