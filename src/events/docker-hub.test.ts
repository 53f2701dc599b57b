import { expect, test } from 'vitest'
import { eventRequest, nowMs } from '../../test/fakes/event-requests.ts'
import { createDockerHubSource } from './docker-hub.ts'

const source = createDockerHubSource({ registry: 'docker.io' })
const push = { push_data: { pushed_at: 1_732_104_000, tag: 'latest' }, repository: { repo_name: 'shop/web' } }

test('another push of the same tag within the same second is news', () => {
  const idAt = (ms: number) => source.parse(eventRequest(push, {}, nowMs + ms))?.[0]?.id

  expect(idAt(1)).not.toBe(idAt(0))
})
