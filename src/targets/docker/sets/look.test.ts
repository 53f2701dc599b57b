import { expect, test } from 'vitest'
import { composeContainer } from '../../../../test/fakes/compose-services.ts'
import { containerOf, summaryOf } from '../../../../test/fakes/container-of.ts'
import type { ContainerInspect } from '../../../clients/docker/shapes.ts'
import { AppError } from '../../../errors.ts'
import { keepTag } from '../../engine/keep-tag.ts'
import { createInspections } from '../../engine/inspections.ts'
import type { DockerDeps } from '../docker-deps.ts'
import { lookAtSets } from './look.ts'

const { signal } = new AbortController()
const gone = 'ab'.repeat(32)
const now = Date.parse('2026-11-20T12:00:00Z')

/** How the first of the containers stands, on an engine that remembers the end of `shop-vpn-1` and keeps images. */
async function placeOf(
  containers: readonly [ContainerInspect, ...ContainerInspect[]],
  listImageTags: () => Promise<readonly { tag: string; image: string }[]> = async () => [],
) {
  const engine = {
    inspectContainer: async (id: string) => containers.find(({ Id }) => Id === id) ?? null,
    inspectImage: async (id: string) => ({ Id: id, Config: { Labels: {} } }),
    pastEvents: async () => [
      { type: 'container', action: 'destroy', id: gone, attributes: { name: 'shop-vpn-1' }, at: 0 },
    ],
    listImageTags,
  }
  // Looking asks nothing else.
  const deps = {
    target: 'local',
    engine,
    inspections: createInspections(engine),
    clock: { now: () => now },
    providerNames: new Map(),
    self: { container: null, hostname: 'server' },
    remaking: null,
    wasEndedByUs: async (id: string, instance: string) => id === 'local/container/app' && instance === 'app-id',
  } as unknown as DockerDeps
  const placed = await lookAtSets(deps, containers.map(summaryOf), containers, new Set(), signal)
  return placed(containers[0])
}

const cutOff = containerOf('torrent', { host: { NetworkMode: `container:${gone}` } })
const vpn = composeContainer({ service: 'vpn' })
const workload = 'local/compose/shop/vpn'
const kept = async () => [{ tag: keepTag(workload, 'sha256:1'), image: 'sha256:1' }]

test('one that lives in what is gone knows the Compose service that took its place, and that we may have done that', async () => {
  const { following, madeAnew } = await placeOf([cutOff, vpn], kept)

  expect(following).toMatchObject({ kind: 'follow', follow: { how: 'recreate', provider: 'shop-vpn-1' } })
  expect(madeAnew).toEqual({ workloads: [workload], at: Date.parse(vpn.Created), isTraced: true })
})

test.each([
  ['no earlier image of it is kept', async () => []],
  ['nobody may ask for images', () => Promise.reject(new AppError('TARGET_FORBIDDEN', 'no'))],
])('where %s it was not us, as far as we know', async (_, listImageTags) => {
  expect((await placeOf([cutOff, vpn], listImageTags)).madeAnew?.isTraced).toBe(false)
})

test('images are not asked for where all is there that is used', async () => {
  const unasked = () => Promise.reject(new Error('nobody has to ask'))
  const inside = containerOf('torrent', { host: { NetworkMode: 'container:vpn-id' } })

  expect((await placeOf([inside, containerOf('vpn')], unasked)).madeAnew).toBeUndefined()
})

test('those of a set that are not well are told by their ids', async () => {
  const health = { Status: 'unhealthy' } as const
  const ill = containerOf('torrent', { host: { NetworkMode: 'container:vpn-id' } })
  const well = containerOf('backup', { host: { NetworkMode: 'container:vpn-id' } })

  const { unwell } = await placeOf([
    containerOf('vpn'),
    { ...ill, State: { ...ill.State, Health: health } },
    well,
    { ...containerOf('other'), State: { ...ill.State, Health: health } },
  ])

  expect(unwell).toEqual(['local/container/torrent'])
})

test('what a restart of ours left down follows, and runs with what is made again with it', async () => {
  const app = containerOf('app', { host: { NetworkMode: 'container:web-id' }, started: null })
  const other = containerOf('other', { host: { NetworkMode: 'container:web-id' }, started: null })
  const web = containerOf('web', { started: 9 })

  expect((await placeOf([app, web, other])).following).toMatchObject({ follow: { how: 'restart', isDownByUs: true } })
  expect((await placeOf([other, web, app])).following).toBeNull()
  expect((await placeOf([web, app, other])).set.dependants).toMatchObject([
    { name: 'app', wasRunning: true, isDown: true },
    { name: 'other', wasRunning: false },
  ])
})
