import { expect, test } from 'vitest'
import { containerOf, summaryOf } from '../../../../test/fakes/container-of.ts'
import { planned } from '../../../../test/fakes/planned.ts'
import type { ContainerInspect, CreateBody, HostConfig } from '../../../clients/docker/shapes.ts'
import { AppError } from '../../../errors.ts'
import type { Dependant } from '../../../rollout/dependant.ts'
import { createInspections } from '../../engine/inspections.ts'
import type { DockerDeps } from '../docker-deps.ts'
import { copyLabels, operationLabels, replacesLabel } from '../labels.ts'
import { startOldDependants } from './apply-run.ts'
import { copyOldDependants } from './copy-dependants.ts'

const { signal } = new AbortController()
const idOf = (digit: string) => digit.repeat(64)
const made = (name: string, digit: string, host: HostConfig = {}): ContainerInspect => ({
  ...containerOf(name, { host }),
  Id: idOf(digit),
  Image: 'sha256:app',
})
const vpn = made('vpn', '1')
const torrent = made('torrent', '2', { NetworkMode: `container:${vpn.Id}` })
const backup = made('backup', '3', { VolumesFrom: ['vpn:ro'], Links: ['/torrent:/backup/t'] })
const asPlanned = ({ Id, Name }: ContainerInspect): Dependant => {
  return { instance: Id, name: Name.slice(1), image: 'sha256:app', restart: 'no', wasRunning: true, by: ['network'] }
}
const rollout = { ...planned('vpn', 0), oldInstance: vpn.Id, dependants: [torrent, backup].map(asPlanned) }
const snapshot = { container: vpn, image: {}, dependants: [torrent, backup] }
const renamed = (container: ContainerInspect, name: string): ContainerInspect => ({ ...container, Name: `/${name}` })
const createdWith = (
  container: ContainerInspect,
  Labels: Readonly<Record<string, string>> | null,
): ContainerInspect => {
  const State = { ...container.State, Status: 'created', Running: false } as const
  return { ...container, State, Config: { ...container.Config, Labels } }
}
const successor = (old: ContainerInspect, digit: string) =>
  createdWith({ ...old, Id: idOf(digit) }, { ...operationLabels(rollout, []), [replacesLabel]: old.Id })
const copyOf = (old: ContainerInspect, digit: string) =>
  createdWith(renamed({ ...old, Id: idOf(digit) }, `${old.Name.slice(1)}.longshore-prev`), {
    ...copyLabels(rollout, []),
    [replacesLabel]: old.Id,
  })
const provider = copyOf(vpn, 'a')
const successors = [successor(vpn, 'b'), successor(torrent, 'c'), successor(backup, 'd')]

/** An engine with these, which does not make what is called so. */
function startEngine(given: readonly ContainerInspect[], refused = '') {
  const containers = [...given]
  const bodies = new Map<string, CreateBody>()
  const told: string[] = []
  const find = (id: string) => containers.find((each) => each.Id === id || each.Name === `/${id}`)
  const engine = {
    version: async () => ({ api: '1.45' }),
    hasNetwork: async () => true,
    inspectImage: async () => ({ Id: 'sha256:app' }),
    inspectContainer: async (id: string) => find(id) ?? null,
    listContainers: async (_: AbortSignal, label?: string) =>
      containers
        .map(summaryOf)
        .filter(({ labels }) => label === undefined || labels[label.split('=')[0] ?? ''] === label.split('=')[1]),
    createContainer: async (name: string, body: CreateBody) => {
      if (name === refused) throw new AppError('TARGET_NOT_FOUND', 'plugin not found')
      bodies.set(name, body)
      const id = idOf(String(bodies.size + 3))
      const { Labels = {}, HostConfig = {} } = body
      containers.push(createdWith({ ...renamed(made(name, '0'), name), Id: id, HostConfig }, Labels))
      return id
    },
    renameContainer: async (id: string, name: string) => {
      const at = containers.findIndex(({ Id }) => Id === id)
      containers.splice(at, 1, ...containers.slice(at, at + 1).map((each) => renamed(each, name)))
    },
    setRestartPolicy: async (id: string, { Name }: { readonly Name: string }) => void told.push(`${Name} ${id[0]}`),
    stopContainer: async (id: string) => void told.push(`stop ${id[0]}`),
    startContainer: async (id: string) => void told.push(`start ${id[0]}`),
    removeContainer: async (id: string) =>
      void containers.splice(
        containers.findIndex(({ Id }) => Id === id),
        1,
      ),
  }
  // Nothing else of it is asked here.
  const deps = { engine, inspections: createInspections(engine as never) } as unknown as DockerDeps
  return {
    deps,
    bodies,
    told,
    ids: () => containers.map(({ Id }) => Id),
    names: () => containers.map(({ Name }) => Name),
  }
}

test('copies refer to the copy of the old version and to each other, by whichever name or id their own referred to them', async () => {
  const { deps, bodies } = startEngine([provider, ...successors])

  await copyOldDependants(deps, rollout, { signal, snapshot })
  await copyOldDependants(deps, rollout, { signal, snapshot })

  expect([...bodies]).toMatchObject([
    ['torrent.longshore-prev', { HostConfig: { NetworkMode: `container:${provider.Id}` } }],
    ['backup.longshore-prev', { HostConfig: { VolumesFrom: [`${provider.Id}:ro`], Links: [`${idOf('4')}:t`] } }],
  ])
})

test('one whose own is still there makes that step aside, under either name', async () => {
  const own = [createdWith(torrent, {}), createdWith(renamed(backup, 'backup.longshore-prev'), {})]
  const { deps, names } = startEngine([provider, ...own])

  await copyOldDependants(deps, rollout, { signal, snapshot })

  expect(names()).toEqual([
    '/vpn.longshore-prev',
    `/torrent.longshore-prev.${torrent.Id.slice(0, 12)}`,
    `/backup.longshore-prev.${backup.Id.slice(0, 12)}`,
    '/torrent.longshore-prev',
    '/backup.longshore-prev',
  ])
})

test('one that the way back had armed is not started by the engine once it stepped aside', async () => {
  const { deps, told } = startEngine([provider, createdWith(torrent, {}), ...successors])

  await copyOldDependants(deps, rollout, { signal, snapshot })

  expect(told).toEqual(['no 2'])
})

test('one that runs ends before its copy starts: two would write to the same volumes', async () => {
  const copies = [copyOf(torrent, 'e'), copyOf(backup, 'f')]
  const { deps, told } = startEngine([provider, renamed(backup, 'backup.longshore-prev.333333333333'), ...copies])

  await startOldDependants(deps, rollout, { signal })

  expect(told).toEqual(['start e', 'stop 3', 'start f'])
})

test('beside an old version that is there, only what is gone is made, and refers to that', async () => {
  const old = createdWith(renamed(vpn, 'vpn.longshore-prev'), {})
  const kept = createdWith(renamed(torrent, 'torrent.longshore-prev'), {})
  const { deps, bodies } = startEngine([old, kept, ...successors])

  await copyOldDependants(deps, rollout, { signal, snapshot })

  expect([...bodies]).toMatchObject([
    ['backup.longshore-prev', { HostConfig: { VolumesFrom: [`${vpn.Id}:ro`], Links: [`${torrent.Id}:t`] } }],
  ])
})

test('a copy that refers to one which was removed since is made anew', async () => {
  const stranded = copyOf({ ...torrent, HostConfig: { NetworkMode: `container:${idOf('9')}` } }, 'e')
  const { deps, bodies, ids } = startEngine([provider, stranded, ...successors])

  await copyOldDependants(deps, rollout, { signal, snapshot })

  expect(ids()).not.toContain(stranded.Id)
  expect(bodies.get('torrent.longshore-prev')?.HostConfig.NetworkMode).toBe(`container:${provider.Id}`)
})

test('what a person removed, with both its instances, is not made', async () => {
  const { deps, bodies } = startEngine([provider, ...successors.slice(0, 2)])

  await copyOldDependants(deps, rollout, { signal, snapshot })

  expect([...bodies.keys()]).toEqual(['torrent.longshore-prev'])
})

test('one that the engine does not make keeps no other from being made but what uses it, and is tried again', async () => {
  const mail = made('mail', '6', { PidMode: `container:${vpn.Id}` })
  const given = [provider, ...successors, successor(mail, 'f')]
  const { deps, bodies } = startEngine(given, 'torrent.longshore-prev')

  const copying = copyOldDependants(
    deps,
    { ...rollout, dependants: [...rollout.dependants, asPlanned(mail)] },
    { signal, snapshot: { ...snapshot, dependants: [torrent, backup, mail] } },
  )

  await expect(copying).rejects.toMatchObject({ code: 'TARGET_FAILED', message: 'plugin not found' })
  expect([...bodies.keys()]).toEqual(['mail.longshore-prev'])
})

test('without what was captured nothing is made, nor tried again', async () => {
  const { deps, bodies } = startEngine([provider, ...successors])

  const copying = copyOldDependants(deps, rollout, { signal, snapshot: null })

  await expect(copying).rejects.toMatchObject({ code: 'TARGET_NOT_FOUND' })
  expect(bodies.size).toBe(0)
})
