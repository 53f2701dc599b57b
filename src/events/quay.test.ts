import { expect, test } from 'vitest'
import { eventRequest, nowMs } from '../../test/fakes/event-requests.ts'
import { createQuaySource } from './quay.ts'

const source = createQuaySource({ registry: 'quay.io' })
const push = { repository: 'shop/web', updated_tags: ['latest', '1.2.3', `sha256:${'a'.repeat(64)}`] }

test('all tags of a push', () => {
  expect(source.parse(eventRequest(push))?.map(({ image }) => image.tag)).toEqual(['latest', '1.2.3'])
})

test('the next push of the same tag is news', () => {
  const idAt = (ms: number) => source.parse(eventRequest(push, {}, nowMs + ms))?.[0]?.id

  expect(idAt(1)).not.toBe(idAt(0))
})

test.each([
  [{ repository: 'shop/web', updated_tags: { latest: 'x' } }],
  [{ updated_tags: ['1'] }],
  [{ repository: 7 }],
])('%j cannot be read', (body) => {
  expect(source.parse(eventRequest(body))).toBeNull()
})
