import { gzipSync } from 'node:zlib'
import type { ConfigDigest, Digest, ManifestDigest } from '../../src/image/digest.ts'
import { asConfigDigest, asManifestDigest } from '../../src/image/digest.ts'
import type { ImageSettings } from './image-content.ts'
import { describeConfig, packBase, packVersion } from './image-content.ts'
import type { PushRegistry } from './push.ts'
import { digestOf, pushBlob, pushManifest } from './push.ts'

interface ImageOptions extends ImageSettings {
  readonly repository: string
  /** `latest` unless told otherwise. */
  readonly tag?: string
  /** The kind of documents; `oci` unless told otherwise. */
  readonly format?: 'oci' | 'docker'
  /** As in `linux/arm64`. With it, the tag names an index; without, a manifest for this machine. */
  readonly platforms?: readonly string[]
  /** Whether the index has a child that is no image, as BuildKit pushes it. */
  readonly attestation?: boolean
}

export interface PushedImage {
  /** `127.0.0.1:port/repository:tag`. */
  readonly reference: string
  /** Of the index or manifest that the tag names. */
  readonly digest: Digest
  /** Of the manifest for this machine, or the first when there is none. */
  readonly manifestDigest: ManifestDigest
  /** Of that manifest's configuration: the id of the image in an engine. */
  readonly configDigest: ConfigDigest
}

interface Layer {
  readonly diffId: Digest
  readonly bytes: NonSharedBuffer
}

const architectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' }
/** What an image for this machine says it is for. */
export const machinePlatform = `linux/${architectures[process.arch] ?? process.arch}`

const mediaTypes = {
  oci: {
    index: 'application/vnd.oci.image.index.v1+json',
    manifest: 'application/vnd.oci.image.manifest.v1+json',
    config: 'application/vnd.oci.image.config.v1+json',
    layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
  },
  docker: {
    index: 'application/vnd.docker.distribution.manifest.list.v2+json',
    manifest: 'application/vnd.docker.distribution.manifest.v2+json',
    config: 'application/vnd.docker.container.image.v1+json',
    layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  },
} as const

let base: Layer | undefined

/** Makes an image out of busybox and pushes it, without an engine: some 20 ms once the registry has the base. */
export async function pushImage(registry: PushRegistry, options: ImageOptions): Promise<PushedImage> {
  const { repository, tag = 'latest', platforms, format = 'oci' } = options
  base ??= makeLayer(packBase())
  const layers = [base, makeLayer(packVersion(options))]
  for (const { bytes } of layers) await pushBlob(registry, repository, bytes)

  const manifests = []
  for (const platform of platforms ?? [machinePlatform]) {
    const config = Buffer.from(
      JSON.stringify(
        describeConfig(
          options,
          repository,
          platform,
          layers.map(({ diffId }) => diffId),
        ),
      ),
    )
    const configDigest = await pushBlob(registry, repository, config)
    const bytes = describeManifest(format, describe(mediaTypes[format].config, config), layers)
    manifests.push({ platform, bytes, configDigest, digest: digestOf(bytes) })
  }
  const own = manifests.find(({ platform }) => platform === machinePlatform) ?? manifests[0]
  if (own === undefined) throw new Error('an image needs a platform')

  let named = { bytes: own.bytes, mediaType: mediaTypes[format].manifest as string }
  if (platforms !== undefined) {
    const children = manifests.map(({ platform, bytes }) => ({
      ...describe(mediaTypes[format].manifest, bytes),
      platform: describePlatform(platform),
    }))
    for (const { bytes, digest } of manifests) await pushManifest(registry, repository, digest, { ...named, bytes })
    if (options.attestation === true) children.push(await pushAttestation(registry, repository, own.digest))
    const index = { schemaVersion: 2, mediaType: mediaTypes[format].index, manifests: children }
    named = { bytes: JSON.stringify(index), mediaType: index.mediaType }
  }
  return {
    reference: `${registry.address}/${repository}:${tag}`,
    digest: await pushManifest(registry, repository, tag, named),
    manifestDigest: asManifestDigest(own.digest),
    configDigest: asConfigDigest(own.configDigest),
  }
}

function makeLayer(archive: Buffer): Layer {
  return { diffId: digestOf(archive), bytes: gzipSync(archive) }
}

function describe(mediaType: string, content: Uint8Array | string) {
  return { mediaType, digest: digestOf(content), size: Buffer.byteLength(content) }
}

function describePlatform(platform: string) {
  const [os, architecture, variant] = platform.split('/')
  return { os, architecture, ...(variant !== undefined && { variant }) }
}

function describeManifest(format: 'oci' | 'docker', config: ReturnType<typeof describe>, layers: readonly Layer[]) {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: mediaTypes[format].manifest,
    config,
    layers: layers.map(({ bytes }) => describe(mediaTypes[format].layer, bytes)),
  })
}

/** @see BuildKit docs, "Image attestation storage" */
async function pushAttestation(registry: PushRegistry, repository: string, about: Digest) {
  const statement = Buffer.from(JSON.stringify({ _type: 'https://in-toto.io/Statement/v0.1', about }))
  const config = Buffer.from(JSON.stringify({ architecture: 'unknown', os: 'unknown', about }))
  for (const blob of [statement, config]) await pushBlob(registry, repository, blob)
  const { manifest: mediaType, config: configType } = mediaTypes.oci
  const bytes = JSON.stringify({
    schemaVersion: 2,
    mediaType,
    config: describe(configType, config),
    layers: [describe('application/vnd.in-toto+json', statement)],
  })
  await pushManifest(registry, repository, digestOf(bytes), { bytes, mediaType })
  const annotations = { 'vnd.docker.reference.type': 'attestation-manifest', 'vnd.docker.reference.digest': about }
  return { ...describe(mediaType, bytes), platform: describePlatform('unknown/unknown'), annotations }
}
