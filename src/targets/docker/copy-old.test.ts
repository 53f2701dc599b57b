import { describe, expect, test } from 'vitest'
import { containerOf, summaryOf } from '../../../test/fakes/container-of.ts'
import { digest } from '../../../test/fakes/decide-input.ts'
import { planned } from '../../../test/fakes/planned.ts'
import type { ContainerInspect, CreateBody } from '../../clients/docker/shapes.ts'
import { AppError } from '../../errors.ts'
import { createTurns } from '../../lib/in-turn.ts'
import { createInspections } from '../engine/inspections.ts'
import { currentOld } from './copies.ts'
import { copyOld } from './copy-old.ts'
import type { DockerDeps } from './docker-deps.ts'

const { signal } = new AbortController()
const volume = 'f'.repeat(64)
const old = containerOf('web', {
  host: { AutoRemove: true, VolumesFrom: ['data'] },
  mounts: [{ Name: volume, Destination: '/data' }],
})
const data = containerOf('data', { mounts: [{ Name: volume, Destination: '/data' }] })
const rollout = {
  ...planned('web', 0),
  oldInstance: old.Id,
  fromImage: 'sha256:old',
  fromReference: 'web:1',
  repository: 'web',
  removesItself: true,
}

/** An engine on which the tag names a newer image, with what was made and pulled there. */
function startEngine(onCreate: (tags: Map<string, string>) => void = () => {}, hasOldImage = true, has = [old, data]) {
  const images = new Map([['sha256:newer', { Id: 'sha256:newer' }]])
  if (hasOldImage) images.set('sha256:old', { Id: 'sha256:old' })
  const pulled: string[] = []
  const tags = new Map([['web:1', 'sha256:newer']])
  const containers = [...has]
  const networks = new Set(['bridge', 'front'])
  const bodies: CreateBody[] = []
  const imageOf = (name: string) => images.get(tags.get(name) ?? name)
  const find = (id: string): ContainerInspect | undefined =>
    containers.find((each) => each.Id === id || each.Name === `/${id}`)
  const engine = {
    version: async () => ({ api: '1.45' }),
    listContainers: async (_: AbortSignal, label?: string) =>
      containers
        .map(summaryOf)
        .filter(({ labels }) => label === undefined || labels[label.split('=')[0] ?? ''] === label.split('=')[1]),
    hasNetwork: async (network: string) => networks.has(network),
    inspectContainer: async (id: string) => find(id) ?? null,
    inspectImage: async (name: string) => imageOf(name) ?? null,
    pull: async ({ reference }: { readonly reference: string }) => {
      pulled.push(reference)
      const image = { Id: 'sha256:old', RepoDigests: [`web@${reference}`] }
      for (const name of [image.Id, `web@${reference}`]) images.set(name, image)
    },
    tagImage: async (image: string, repository: string, tag: string) => void tags.set(`${repository}:${tag}`, image),
    createContainer: async (name: string, body: CreateBody) => {
      onCreate(tags)
      bodies.push(body)
      const made = containerOf(name, { started: null })
      const Config = { ...made.Config, Labels: body.Labels ?? {} }
      containers.push({ ...made, Config, Image: imageOf('web:1')?.Id ?? '' })
      return `${name}-id`
    },
    removeContainer: async (id: string) =>
      void containers.splice(
        containers.findIndex(({ Id }) => Id === id),
        1,
      ),
  }
  // Nothing else of it is asked here.
  const deps = {
    engine,
    inspections: createInspections(engine as never),
    pulls: createTurns(),
  } as unknown as DockerDeps
  return { deps, tags, bodies, pulled, networks, names: () => containers.map(({ Name }) => Name) }
}

describe('the copy of an old version that removes itself', () => {
  test('is made of its image, and the tag names what it named before', async () => {
    const { deps, tags, names } = startEngine()

    await copyOld(deps, rollout, { signal })

    expect(names()).toEqual(['/web', '/data', '/web.longshore-prev'])
    expect([...tags]).toEqual([['web:1', 'sha256:newer']])
  })

  test('leaves the tag as it was also where it cannot be made', async () => {
    const { deps, tags } = startEngine(() => {
      throw new AppError('TARGET_FAILED', 'no space left on device')
    })

    await expect(copyOld(deps, rollout, { signal })).rejects.toMatchObject({ code: 'TARGET_FAILED' })
    expect([...tags]).toEqual([['web:1', 'sha256:newer']])
  })

  test('takes the volumes of another from there again', async () => {
    const { deps, bodies } = startEngine()

    await copyOld(deps, rollout, { signal })

    expect(bodies).toMatchObject([{ HostConfig: { VolumesFrom: ['data'], Mounts: [] } }])
  })

  test('is made of its image also where somebody cleared that away', async () => {
    const { deps, names, pulled } = startEngine(undefined, false)

    await copyOld(deps, { ...rollout, fromDigest: digest('a') }, { signal })

    expect(pulled).toEqual([digest('a')])
    expect(names()).toEqual(['/web', '/data', '/web.longshore-prev'])
  })

  test('is never of another image, as where another rollout moves their tag at that moment', async () => {
    const { deps, names } = startEngine((tags) => void tags.set('web:1', 'sha256:newer'))

    await expect(copyOld(deps, rollout, { signal })).rejects.toMatchObject({ code: 'TARGET_CONFLICT' })
    expect(names()).toEqual(['/web', '/data'])
  })
})

describe('the copy of an old version that somebody removed', () => {
  const gone = containerOf('web', {
    host: { RestartPolicy: { Name: 'always' } },
    mounts: [{ Name: volume, Destination: '/data' }],
  })
  const captured = {
    container: { ...gone, NetworkSettings: { Networks: { front: { Aliases: ['shop'] } } } },
    image: { Id: 'sha256:old' },
  }
  const kept = { ...rollout, removesItself: false }
  const without = (hasOldImage = true) => startEngine(undefined, hasOldImage, [])

  test('is made of what was captured, with its networks and its volumes by name, and not armed', async () => {
    const { deps, bodies, names } = without()

    await copyOld(deps, kept, { signal, snapshot: captured })

    expect(names()).toEqual(['/web.longshore-prev'])
    expect(bodies).toMatchObject([
      {
        HostConfig: {
          Mounts: [{ Type: 'volume', Source: volume, Target: '/data' }],
          RestartPolicy: { Name: 'no' },
        },
        NetworkingConfig: { EndpointsConfig: { front: { Aliases: ['shop'] } } },
        Labels: { 'longshore.operation.restores': kept.id, 'longshore.operation.replaces': old.Id },
      },
    ])
  })

  test('is made once, and of no other image', async () => {
    const { deps, bodies } = without()

    await copyOld(deps, kept, { signal, snapshot: captured })
    await copyOld(deps, kept, { signal, snapshot: captured })

    expect(bodies).toHaveLength(1)
  })

  test('is made again where a kill left one of another image', async () => {
    const { deps, tags, names } = without()
    await copyOld(deps, kept, { signal, snapshot: captured })
    const { engine } = deps
    const { inspectContainer } = engine
    const ofAnother = async (...args: Parameters<typeof inspectContainer>) => {
      const found = await inspectContainer(...args)
      return found && { ...found, Image: 'sha256:newer' }
    }

    const other = { ...deps, engine: { ...engine, inspectContainer: ofAnother } }
    await expect(copyOld(other, kept, { signal, snapshot: captured })).rejects.toMatchObject({
      code: 'TARGET_CONFLICT',
    })
    expect(names()).toEqual([])
    await copyOld(deps, kept, { signal, snapshot: captured })

    expect(names()).toEqual(['/web.longshore-prev'])
    expect([...tags]).toEqual([['web:1', 'sha256:newer']])
  })

  test.each([
    ['nothing was captured', null, true, 'TARGET_NOT_FOUND'],
    ['its image is gone, and of no registry', captured, false, 'TARGET_NOT_FOUND'],
  ] as const)('cannot be made where %s', async (_, snapshot, hasImage, code) => {
    const { deps, names } = without(hasImage)

    await expect(copyOld(deps, kept, { signal, snapshot })).rejects.toMatchObject({ code })
    expect(names()).toEqual([])
  })

  test('is not given up for what the engine does not find while it makes it', async () => {
    const { deps } = startEngine(
      () => {
        throw new AppError('TARGET_NOT_FOUND', 'POST /containers/create: plugin "nfs" not found')
      },
      true,
      [],
    )

    await expect(copyOld(deps, kept, { signal, snapshot: captured })).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: expect.stringContaining('plugin "nfs" not found'),
    })
  })

  test('is not made without a network that is gone', async () => {
    const { deps, networks, names } = without()
    networks.delete('front')

    await expect(copyOld(deps, kept, { signal, snapshot: captured })).rejects.toMatchObject({
      code: 'TARGET_NETWORK_LOST',
      message: 'its network front is gone; run: docker network create front',
    })
    expect(names()).toEqual([])
  })

  test('is the old version for what brings that back, for as long as the original is gone', async () => {
    const { deps } = without()
    expect(await currentOld(deps, kept, signal)).toBe(old.Id)

    await copyOld(deps, kept, { signal, snapshot: captured })

    expect(await currentOld(deps, kept, signal)).toBe('web.longshore-prev-id')
    expect(await currentOld(startEngine().deps, kept, signal)).toBe(old.Id)
  })
})
