import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseDigest } from '../../src/image/digest.ts'
import type { Digest } from '../../src/image/digest.ts'
import { formatPlatform, parsePlatform } from '../../src/image/platform.ts'
import type { Registry, TagDetail } from '../../src/registries/registry.ts'
import type { Fault } from '../fakes/registry/faults.ts'
import { makeImage, makeIndex } from '../fakes/registry/images.ts'
import type { MadeDocument, MadeImage } from '../fakes/registry/images.ts'
import { deleteManifest, pushBlob, pushManifest } from '../services/push.ts'
import type { PushRegistry } from '../services/push.ts'

/** A registry that runs and the adapter under test, signed in to it where it asks for that. */
export interface RegistryHarness {
  readonly registry: Registry
  /** The same adapter with a wrong password; not used where nobody signs in. */
  readonly withWrongPassword: Registry
  /** Where the kit pushes, by plain HTTP. */
  readonly place: PushRegistry
  /** Lets every answer that push times are read from go wrong. @returns takes that back */
  readonly spoilTelling?: (fault: Fault) => () => void
  stop(): Promise<void>
}

const signal = new AbortController().signal
const app = 'team/app'

export interface RegistryKitOptions {
  /** Whether the registry asks for a password. */
  readonly signsIn: boolean
  /** Whether it tells digest and push time of tags; then it signs in too. */
  readonly tellsPushTimes?: boolean
  readonly makeHarness: () => Promise<RegistryHarness>
}

/** What every adapter of a registry promises. */
export function registryKit(name: string, { signsIn, tellsPushTimes, makeHarness }: RegistryKitOptions): void {
  describe(name, () => {
    let harness: RegistryHarness
    beforeAll(async () => {
      harness = await makeHarness()
    })
    afterAll(async () => {
      harness.registry.close()
      harness.withWrongPassword.close()
      await harness.stop()
    })
    const named = (repository = app) => ({ registry: harness.place.address, repository })
    const resolve = (tag: string, known: Digest | null = null) => harness.registry.resolve(named(), tag, known, signal)
    const images = [makeImage('one', 'linux/amd64'), makeImage('one', 'linux/arm64/v8')] as const
    const [amd64, arm64] = images

    test('resolves a tag to the index itself, not to a child', async () => {
      const index = makeIndex(images)
      await push(harness.place, app, 'index', index, images)

      await expect(resolve('index')).resolves.toEqual({
        digest: index.digest,
        mediaType: index.mediaType,
        sizeBytes: index.bytes.length,
      })
    })

    test('resolves the tag of a single image', async () => {
      await push(harness.place, app, 'single', amd64.manifest, [amd64])

      await expect(resolve('single')).resolves.toMatchObject({ digest: amd64.manifest.digest })
    })

    test('says when a tag is unchanged, and where it went when it moved', async () => {
      const before = await push(harness.place, app, 'moving', amd64.manifest, [amd64])
      await expect(resolve('moving', before)).resolves.toBe('unchanged')

      const after = await push(harness.place, app, 'moving', arm64.manifest, [arm64])

      await expect(resolve('moving', before)).resolves.toMatchObject({ digest: after })
    })

    test('describes the images of an index, without attestations', async () => {
      const attestation = makeImage('attests one', 'unknown/unknown')
      const index = makeIndex(images, attestation)
      const digest = await push(harness.place, app, 'attested', index, [...images, attestation])

      const description = await harness.registry.describe(named(), digest, null, signal)

      expect(description).toMatchObject({ digest, mediaType: index.mediaType })
      expect(description.images.map((image) => ({ ...image, platform: formatPlatform(image.platform) }))).toEqual([
        { platform: 'linux/amd64', ...contentOf(amd64) },
        { platform: 'linux/arm64', ...contentOf(arm64) },
      ])
    })

    test('describes a single image, whose configuration alone tells the platform', async () => {
      const digest = await push(harness.place, app, 'alone', arm64.manifest, [arm64])

      const platforms = [parsePlatform('linux/arm64')]
      const description = await harness.registry.describe(named(), digest, platforms, signal)

      expect(description.images).toEqual([{ platform: platforms[0], ...contentOf(arm64) }])
    })

    test('lists all tags', async () => {
      const tags = ['1.0', '1.1', '2.0-rc.1', 'latest']
      for (const tag of tags) await push(harness.place, 'team/tags', tag, amd64.manifest, [amd64])

      const listed = await harness.registry.listTags(named('team/tags'), signal)

      expect(listed.toSorted()).toEqual(tags)
    })

    test('what is not there is not found: tag, digest, repository', async () => {
      await push(harness.place, app, 'there', amd64.manifest, [amd64])
      const notFound = { code: 'REGISTRY_NOT_FOUND' }
      const repositoryUnknown = { code: 'REGISTRY_REPOSITORY_UNKNOWN' }
      const nowhere = named('team/nowhere')
      const unknown = parseDigest(`sha256:${'0'.repeat(64)}`)

      await expect(resolve('not-there')).rejects.toMatchObject(notFound)
      await expect(harness.registry.describe(named(), unknown, null, signal)).rejects.toMatchObject(notFound)
      await expect(harness.registry.resolve(nowhere, 'latest', null, signal)).rejects.toMatchObject(repositoryUnknown)
      await expect(harness.registry.listTags(nowhere, signal)).rejects.toMatchObject(repositoryUnknown)
    })

    test('a deleted manifest is not found, even by whom knew it', async () => {
      const image = makeImage('to be deleted')
      const digest = await push(harness.place, app, 'deleted', image.manifest, [image])
      await deleteManifest(harness.place, app, digest)

      await expect(resolve('deleted', digest)).rejects.toMatchObject({ code: 'REGISTRY_NOT_FOUND' })
    })

    test('stops when told to', async () => {
      const stopped = AbortSignal.abort()

      await expect(harness.registry.resolve(named(), 'index', null, stopped)).rejects.toMatchObject({ code: 'ABORTED' })
    })

    if (signsIn) {
      test('a wrong password is told as such', async () => {
        const resolving = harness.withWrongPassword.resolve(named(), 'index', null, signal)

        await expect(resolving).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' })
      })
    }

    if (!tellsPushTimes) return
    test('tells digest and push time of tags, where it tells of them at all', async () => {
      const { describeTags } = harness.registry
      if (describeTags === undefined) throw new Error('this kind does not tell')
      const repository = 'team/tags'
      await push(harness.place, repository, 'older', amd64.manifest, [amd64])
      await push(harness.place, repository, 'newer', arm64.manifest, [arm64])
      const tags = ['newer', 'older', 'not-there']

      const found = await describeTags(named(repository), { tags, known: new Map() }, signal)

      const older = found.find(({ tag }) => tag === 'older')
      const newer = found.find(({ tag }) => tag === 'newer')
      expect(found).toHaveLength(2)
      expect(older).toMatchObject({ digest: amd64.manifest.digest, pushedAt: expect.any(Number) })
      expect(newer).toMatchObject({ digest: arm64.manifest.digest, source: older?.source })
      expect(newer?.pushedAt).toBeGreaterThan(older?.pushedAt ?? Infinity)
      const known = new Map(found.map((each) => [each.tag, each]))
      const again = await describeTags(named(repository), { tags: ['newer', 'older'], known }, signal)
      expect(again.toSorted(byTag)).toEqual(found.toSorted(byTag))
      // Where the list itself tells all this, it tells the same.
      const listed = await harness.registry.listDetails?.(named(repository), signal)
      if (listed) expect(listed.filter(({ tag }) => tags.includes(tag)).toSorted(byTag)).toEqual(found.toSorted(byTag))
    })

    test.each([
      ['cut off', { kind: 'truncate' }],
      ['a page of some proxy', { kind: 'status', status: 200, body: '<html>Please sign in</html>' }],
      ['a fault of the server', { kind: 'status', status: 500 }],
      ['no answer at all', { kind: 'reset' }],
    ] as const)('where it tells of tags, %s is an error, never fewer tags', async (_what, fault) => {
      const { describeTags } = harness.registry
      if (describeTags === undefined) throw new Error('this kind does not tell')
      await push(harness.place, 'team/tags', 'told', amd64.manifest, [amd64])
      const mend = harness.spoilTelling?.(fault)

      const failure = { code: expect.stringMatching(/^REGISTRY_(INTEGRITY|UNAVAILABLE)$/) }
      const telling = describeTags(named('team/tags'), { tags: ['told'], known: new Map() }, signal)
      await expect(telling).rejects.toMatchObject(failure)
      const listing = harness.registry.listDetails?.(named('team/tags'), signal)
      if (listing) await expect(listing).rejects.toMatchObject(failure)
      mend?.()
    })

    test('to tell of the tags of a repository that is not there is an error, never an empty answer', async () => {
      const { describeTags } = harness.registry
      if (describeTags === undefined) throw new Error('this kind does not tell')
      const wanted = { tags: ['latest'], known: new Map() }

      const telling = describeTags(named('team/nowhere'), wanted, signal)

      await expect(telling).rejects.toMatchObject({
        code: expect.stringMatching(/^REGISTRY_(NOT_FOUND|REPOSITORY_UNKNOWN)$/),
      })
    })

    test('a wrong password tells nothing of tags either, as if they were none', async () => {
      const { describeTags } = harness.withWrongPassword
      if (describeTags === undefined) throw new Error('this kind does not tell')

      const telling = describeTags(named(), { tags: ['index'], known: new Map() }, signal)

      await expect(telling).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' })
    })
  })
}

const byTag = (one: TagDetail, other: TagDetail): number => (one.tag < other.tag ? -1 : 1)

async function push(
  place: PushRegistry,
  repository: string,
  tag: string,
  document: MadeDocument,
  images: readonly MadeImage[],
): Promise<Digest> {
  for (const { config, layer, manifest } of images) {
    for (const blob of [config, layer]) await pushBlob(place, repository, blob.bytes)
    await pushManifest(place, repository, manifest.digest, asText(manifest))
  }
  return pushManifest(place, repository, tag, asText(document))
}

function asText({ bytes, mediaType }: MadeDocument): { bytes: string; mediaType: string } {
  return { bytes: bytes.toString('utf8'), mediaType }
}

/** What a description says of an image whose configuration was asked for. */
const contentOf = ({ manifest, config, layer }: MadeImage) => ({
  manifest: manifest.digest,
  config: config.digest,
  sizeBytes: config.bytes.length + layer.bytes.length,
})
