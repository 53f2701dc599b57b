import { expect, test } from 'vitest'
import { eventRequest, nowMs } from '../../test/fakes/event-requests.ts'
import { createQuaySource } from './quay.ts'

const source = createQuaySource({ registry: 'quay.io' })
const push = { repository: 'shop/web', updated_tags: ['latest', '1.2.3', `sha256:${'a'.repeat(64)}`] }

test('all tags of a push', () => {
  expect(source.parse(eventRequest(push))?.map(({ image }) => image.tag)).toEqual(['latest', '1.2.3'])
})

test('what is sent again has the same id, which the next push of the same tag may have too', () => {
  const [first, again] = [nowMs, nowMs + 1].map((at) => source.parse(eventRequest(push, {}, at))?.[0])

  expect(again).toEqual(first)
  expect(first).toMatchObject({ idRecurs: true })
})

test.each([
  [{ repository: 'shop/web', updated_tags: { latest: 'x' } }],
  [{ updated_tags: ['1'] }],
  [{ repository: 7 }],
])('%j cannot be read', (body) => {
  expect(source.parse(eventRequest(body))).toBeNull()
})
