import { digestOf, type Algorithm } from './content.ts'

/** A small image, made of its parts; `content` makes it differ from others. */
export interface MadeImage {
  readonly manifest: MadeDocument
  readonly config: MadeDocument
  readonly layer: MadeDocument
  /** `linux/arm64/v8` */
  readonly platform: string
}

export interface MadeDocument {
  readonly mediaType: string
  readonly bytes: Buffer<ArrayBuffer>
  readonly digest: string
}

const emptyTar = Buffer.alloc(1024)

/** An image without files: fit to be described and pulled, not to be run. */
export function makeImage(content: string, platform = 'linux/amd64', algorithm?: Algorithm): MadeImage {
  const [os, architecture, variant] = platform.split('/')
  const layer = made('application/vnd.oci.image.layer.v1.tar', emptyTar, algorithm)
  const described = {
    architecture,
    os,
    variant,
    config: { Labels: { content } },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  }
  const config = madeJson('application/vnd.oci.image.config.v1+json', described, algorithm)
  const contents = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: descriptorOf(config),
    layers: [descriptorOf(layer)],
  }
  const manifest = madeJson('application/vnd.oci.image.manifest.v1+json', contents, algorithm)
  return { manifest, config, layer, platform }
}

/** An index of images, with an attestation as BuildKit adds one when `attested`. */
export function makeIndex(
  images: readonly MadeImage[],
  attested: MadeImage | null = null,
  algorithm?: Algorithm,
): MadeDocument {
  const entries: object[] = images.map(({ manifest, platform }) => ({
    ...descriptorOf(manifest),
    platform: platformOf(platform),
  }))
  if (attested) {
    const annotations = {
      'vnd.docker.reference.type': 'attestation-manifest',
      'vnd.docker.reference.digest': images[0]?.manifest.digest,
    }
    entries.push({ ...descriptorOf(attested.manifest), platform: platformOf('unknown/unknown'), annotations })
  }
  const mediaType = 'application/vnd.oci.image.index.v1+json'
  return madeJson(mediaType, { schemaVersion: 2, mediaType, manifests: entries }, algorithm)
}

/** An index over whatever descriptors a test wants to see. */
export function makeRawIndex(manifests: readonly object[]): MadeDocument {
  return madeJson('application/vnd.oci.image.index.v1+json', { schemaVersion: 2, manifests })
}

export function descriptorOf({ mediaType, bytes, digest }: MadeDocument): object {
  return { mediaType, size: bytes.length, digest }
}

function platformOf(platform: string): object {
  const [os, architecture, variant] = platform.split('/')
  return { os, architecture, variant }
}

function madeJson(mediaType: string, value: object, algorithm?: Algorithm): MadeDocument {
  return made(mediaType, Buffer.from(JSON.stringify(value)), algorithm)
}

function made(mediaType: string, bytes: Buffer<ArrayBuffer>, algorithm?: Algorithm): MadeDocument {
  return { mediaType, bytes, digest: digestOf(bytes, algorithm) }
}
