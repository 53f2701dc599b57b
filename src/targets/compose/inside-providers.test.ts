import { afterEach, expect, test } from 'vitest'
import { composeContainer, exited, type GivenMember } from '../../../test/fakes/compose-services.ts'
import { stageCompose } from '../../../test/fakes/compose-stage.ts'
import { listWorkloads } from './list-workloads.ts'
import { livesInPast } from './outside-providers.ts'

const { signal } = new AbortController()
let stage: ReturnType<typeof stageCompose>
afterEach(() => stage?.close())

const at = (secondsAgo: number, given: GivenMember = {}) => {
  const made = composeContainer(given)
  return { ...made, State: { ...made.State, StartedAt: new Date(now - secondsAgo * 1000).toISOString() } }
}
const now = Date.parse('2026-11-20T12:00:00Z')
const inside = (host = {}) => ({
  service: 'sidecar',
  inspect: { HostConfig: { NetworkMode: 'container:shop-web-1-id', ...host } },
})

async function sidecar(web: ReturnType<typeof at>, own: ReturnType<typeof at>) {
  stage = stageCompose([web, own])
  return (await listWorkloads(stage.deps, signal)).find(({ name }) => name === 'shop/sidecar')
}

test.each([
  ['was started after it', at(60), at(90, inside()), 'restart'],
  ['was started before it', at(90), at(60, inside()), null],
  ['does not run', at(60, { state: exited }), at(90, inside()), null],
])(
  'a service in the network of another of its project, which %s, follows that as it has to',
  async (_, web, own, due) => {
    const found = await sidecar(web, own)

    expect(found?.follows?.how ?? null).toBe(due)
    expect(await livesInPast(stage.deps, own, new Set([web.Id, own.Id]), signal)).toBe(due !== null)
  },
)

test.each([
  ['is there anew', at(60, { id: 'other' }), 'recreate'],
  ['does not run', at(60, { id: 'other', state: exited }), null],
])('one in what was made anew by hand, which %s, follows that', async (_, web, due) => {
  const gone = 'ab'.repeat(32)
  const own = at(90, inside({ NetworkMode: `container:${gone}` }))
  stage = stageCompose([web, own])
  const attributes = { name: 'shop-web-1', 'com.docker.compose.project': 'shop' }
  stage.deps.engine.pastEvents = async () => [{ type: 'container', action: 'destroy', id: gone, attributes, at: 0 }]

  const found = (await listWorkloads(stage.deps, signal)).find(({ name }) => name === 'shop/sidecar')

  expect(found).toMatchObject({ leftAlone: null, after: due === null ? [] : ['local/compose/shop/web'] })
  expect(found?.follows?.how ?? null).toBe(due)
})

test('one that has only volumes of it need not follow a restart', async () => {
  const own = at(90, { service: 'sidecar', inspect: { HostConfig: { VolumesFrom: ['shop-web-1'] } } })

  expect((await sidecar(at(60), own))?.follows ?? null).toBeNull()
})

test('one that a person stopped is left so', async () => {
  const { State, ...own } = at(90, inside())

  expect((await sidecar(at(60), { ...own, State: { ...State, ...exited } }))?.follows ?? null).toBeNull()
})

test('whoever started that again has a while to do the same with it, by a clock that may be another', async () => {
  expect((await sidecar(at(5), at(90, inside())))?.followsAt).toBe(now - 5000 + 15_000)
  expect((await sidecar(at(-5000), at(90, inside())))?.followsAt).toBeUndefined()
  expect((await sidecar(at(20), at(90, inside())))?.followsAt).toBeUndefined()
})
