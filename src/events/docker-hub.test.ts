import { expect, test } from 'vitest'
import { eventRequest, nowMs } from '../../test/fakes/event-requests.ts'
import { createDockerHubSource } from './docker-hub.ts'

const source = createDockerHubSource({ registry: 'docker.io' })
const push = { push_data: { pushed_at: 1_732_104_000, tag: 'latest' }, repository: { repo_name: 'shop/web' } }

test('what is sent again has the same id, which another push within the same second may have too', () => {
  const [first, again] = [nowMs, nowMs + 1].map((at) => source.parse(eventRequest(push, {}, at))?.[0])

  expect(again).toEqual(first)
  expect(first).toMatchObject({ idRecurs: true })
})
