import { describe, expect, test } from 'vitest'
import { parseManifest } from './manifest.ts'
import { manifestMediaTypes } from './media-types.ts'

const [ociIndex, dockerList, ociImage, dockerImage] = manifestMediaTypes
const ociConfig = 'application/vnd.oci.image.config.v1+json'
const ociLayer = 'application/vnd.oci.image.layer.v1.tar+gzip'
const digest = (digit: string): string => `sha256:${digit.repeat(64)}`
const descriptor = (mediaType: string, digit: string, more: object = {}): object => ({
  mediaType,
  digest: digest(digit),
  size: 7,
  ...more,
})
const image = (more: object = {}): object => ({
  schemaVersion: 2,
  mediaType: ociImage,
  config: descriptor(ociConfig, 'c'),
  layers: [descriptor(ociLayer, '1'), descriptor(ociLayer, '2')],
  ...more,
})
const index = (manifests: unknown, more: object = {}): object => ({
  schemaVersion: 2,
  mediaType: ociIndex,
  manifests,
  ...more,
})
const bytes = (document: unknown): Uint8Array =>
  new TextEncoder().encode(typeof document === 'string' ? document : JSON.stringify(document))

test('asks for every type, indexes first', () => {
  expect(manifestMediaTypes).toEqual([
    'application/vnd.oci.image.index.v1+json',
    'application/vnd.docker.distribution.manifest.list.v2+json',
    'application/vnd.oci.image.manifest.v1+json',
    'application/vnd.docker.distribution.manifest.v2+json',
  ])
})

test('reads an image of OCI', () => {
  expect(parseManifest(ociImage, bytes(image()))).toEqual({
    kind: 'image',
    mediaType: ociImage,
    config: { mediaType: ociConfig, digest: digest('c'), sizeBytes: 7 },
    layers: [
      { mediaType: ociLayer, digest: digest('1'), sizeBytes: 7 },
      { mediaType: ociLayer, digest: digest('2'), sizeBytes: 7 },
    ],
  })
})

test('reads an image of Docker', () => {
  const document = image({
    mediaType: dockerImage,
    config: descriptor('application/vnd.docker.container.image.v1+json', 'c'),
    layers: [descriptor('application/vnd.docker.image.rootfs.diff.tar.gzip', '1')],
  })

  expect(parseManifest(dockerImage, bytes(document))).toMatchObject({ kind: 'image', mediaType: dockerImage })
})

test('reads an image without layers', () => {
  expect(parseManifest(ociImage, bytes(image({ layers: [] })))).toMatchObject({ kind: 'image', layers: [] })
})

test('reads an index: its images, its nested indexes and its attestations', () => {
  const document = index([
    descriptor(ociImage, 'a', { platform: { os: 'linux', architecture: 'amd64' } }),
    descriptor(dockerImage, 'b', { platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } }),
    descriptor(ociIndex, 'd'),
    descriptor(ociImage, 'e', { platform: { os: 'unknown', architecture: 'unknown' } }),
    descriptor(ociImage, 'f', {
      platform: { os: 'linux', architecture: 'amd64' },
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
    }),
    descriptor('application/vnd.example+json', '9'),
  ])
  const amd64 = { os: 'linux', architecture: 'amd64', variant: null }
  const arm64 = { os: 'linux', architecture: 'arm64', variant: null }
  const unknown = { os: 'unknown', architecture: 'unknown', variant: null }
  const entry = (kind: string, mediaType: string, digit: string, platform: object | null, isAttestation = false) => ({
    kind,
    mediaType,
    digest: digest(digit),
    sizeBytes: 7,
    platform,
    isAttestation,
  })

  expect(parseManifest(ociIndex, bytes(document))).toEqual({
    kind: 'index',
    mediaType: ociIndex,
    entries: [
      entry('image', ociImage, 'a', amd64),
      entry('image', dockerImage, 'b', arm64),
      entry('index', ociIndex, 'd', null),
      entry('image', ociImage, 'e', unknown, true),
      entry('image', ociImage, 'f', amd64, true),
    ],
  })
})

test('reads a manifest list of Docker', () => {
  const document = index([descriptor(dockerImage, 'a', { platform: { os: 'linux', architecture: 'arm' } })], {
    mediaType: dockerList,
  })

  expect(parseManifest(dockerList, bytes(document))).toMatchObject({
    kind: 'index',
    mediaType: dockerList,
    entries: [{ platform: { os: 'linux', architecture: 'arm', variant: 'v7' } }],
  })
})

describe('takes the media type', () => {
  const bare = image({ mediaType: undefined })

  test.each([
    ['from the header when the document has none', dockerImage, bare, dockerImage],
    ['from the document when there is no header', null, image(), ociImage],
    ['from the document when the header is empty', '', image(), ociImage],
    ['from the shape of an image when neither tells', null, bare, ociImage],
    [
      'from the shape of an index when neither tells',
      null,
      index([descriptor(ociImage, 'a')], { mediaType: undefined }),
      ociIndex,
    ],
    ['without the parameters of the header', `${ociImage}; charset=utf-8`, image(), ociImage],
    ['whatever the case of the header', ociImage.toUpperCase(), image(), ociImage],
  ])('%s', (_what, contentType, document, mediaType) => {
    expect(parseManifest(contentType, bytes(document)).mediaType).toBe(mediaType)
  })
})

describe('refuses, saying why,', () => {
  const nested = '['.repeat(200_000) + ']'.repeat(200_000)

  test.each<[string, string | null, unknown, RegExp]>([
    ['an empty body', ociImage, '', /not JSON/],
    ['a page', 'text/html', '<html>', /not JSON/],
    ['a cut-off body', ociImage, JSON.stringify(image()).slice(0, -1), /not JSON/],
    ['NaN', ociImage, '{"schemaVersion":NaN}', /not JSON/],
    ['a byte order mark', ociImage, `\ufeff${JSON.stringify(image())}`, /not JSON/],
    ['a list', ociImage, '[]', /not a JSON object/],
    ['null', ociImage, 'null', /not a JSON object/],
    ['deep nesting', ociImage, nested, /not a JSON object/],
    ['deep nesting inside', ociImage, `{"schemaVersion":2,"config":${nested}}`, /"config" is not an object/],
    ['no schema version', ociImage, image({ schemaVersion: undefined }), /schemaVersion/],
    ['schema version as text', ociImage, image({ schemaVersion: '2' }), /schemaVersion/],
    ['a prototype as content', ociImage, '{"__proto__":{"schemaVersion":2,"manifests":[]}}', /schemaVersion/],
    ['a media type that is no text', ociImage, image({ mediaType: 7 }), /mediaType/],
    ['two media types', ociIndex, image(), /served as .*image\.index.* and calls itself .*image\.manifest/],
    ['a general media type', 'application/json', image(), /served as "application\/json"/],
    [
      'another document',
      null,
      { schemaVersion: 2, mediaType: 'application/vnd.example+json' },
      /an artifact .*vnd.example/,
    ],
    ['Docker schema 1', 'application/vnd.docker.distribution.manifest.v1+prettyjws', { schemaVersion: 1 }, /schema 1/],
    ['Docker schema 1 served as JSON', 'application/json', { schemaVersion: 1, fsLayers: [] }, /schema 1/],
    [
      'a Helm chart',
      ociImage,
      image({ config: descriptor('application/vnd.cncf.helm.config.v1+json', 'c') }),
      /a Helm chart/,
    ],
    [
      'a cosign signature',
      ociImage,
      image({ layers: [descriptor('application/vnd.dev.cosign.simplesigning.v1+json', '1')] }),
      /a cosign signature/,
    ],
    [
      'an attestation',
      ociImage,
      image({ layers: [descriptor('application/vnd.in-toto+json', '1')] }),
      /an attestation/,
    ],
    [
      'an artifact with an empty configuration',
      ociImage,
      image({
        artifactType: 'application/vnd.example.thing',
        config: descriptor('application/vnd.oci.empty.v1+json', 'c'),
      }),
      /an artifact .*vnd.example.thing/,
    ],
    ['an index that is also an image', ociIndex, index([descriptor(ociImage, 'a')], { layers: [] }), /ambiguous/],
    ['an image that is also an index', ociImage, image({ manifests: [] }), /ambiguous/],
    ['an index without entries', ociIndex, index([]), /without entries/],
    ['an index without a list', ociIndex, index({ length: 1 }), /"manifests" is not a list/],
    ['an index of 513 entries', ociIndex, index(Array.from({ length: 513 }, () => ({}))), /513 entries/],
    ['an entry that is text', ociIndex, index(['x']), /"manifests\[0\]" is not an object/],
    ['an entry without a digest', ociIndex, index([{ mediaType: ociImage, size: 1 }]), /"manifests\[0\]\.digest"/],
    [
      'an entry with a sha384 digest',
      ociIndex,
      index([{ mediaType: ociImage, size: 1, digest: `sha384:${'a'.repeat(96)}` }]),
      /digest/,
    ],
    ['an entry without a media type', ociIndex, index([{ digest: digest('a'), size: 1 }]), /mediaType/],
    ['an entry whose media type moves the cursor', ociIndex, index([descriptor('a/b\u001b[2J', 'a')]), /mediaType/],
    ['a negative size', ociImage, image({ config: descriptor(ociConfig, 'c', { size: -1 }) }), /"config\.size"/],
    ['a size that is no whole number', ociImage, image({ config: descriptor(ociConfig, 'c', { size: 1.5 }) }), /size/],
    ['an endless size', ociImage, JSON.stringify(image()).replaceAll('"size":7', '"size":1e999'), /size/],
    ['a size as text', ociImage, image({ config: descriptor(ociConfig, 'c', { size: '7' }) }), /size/],
    ['no configuration', ociImage, image({ config: undefined }), /"config" is not an object/],
    ['no layers', ociImage, image({ layers: undefined }), /"layers" is not a list/],
    ['a platform that is text', ociIndex, index([descriptor(ociImage, 'a', { platform: 'linux' })]), /platform/],
    ['a platform made of numbers', ociIndex, index([descriptor(ociImage, 'a', { platform: { os: 1 } })]), /platform/],
    [
      'a platform with a line break',
      ociIndex,
      index([descriptor(ociImage, 'a', { platform: { os: 'linux\n', architecture: 'arm' } })]),
      /platform/,
    ],
  ])('%s', (_what, contentType, document, reason) => {
    expect(() => parseManifest(contentType, bytes(document))).toThrow(
      expect.objectContaining({ code: 'MANIFEST_INVALID', message: expect.stringMatching(reason) }),
    )
  })

  test('bytes that are not UTF-8', () => {
    const broken = bytes(JSON.stringify(image({ comment: '?' }))).map((byte) => (byte === 0x3f ? 0xff : byte))

    expect(() => parseManifest(ociImage, broken)).toThrow(expect.objectContaining({ code: 'MANIFEST_INVALID' }))
  })
})
