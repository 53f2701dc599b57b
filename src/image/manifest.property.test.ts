import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import type { Manifest } from './manifest.ts'
import { parseManifest } from './manifest.ts'
import { manifestMediaTypes } from './media-types.ts'

const digest = fc.stringMatching(/^sha256:[a-f0-9]{64}$/)
const mediaType = fc.constantFrom(
  ...manifestMediaTypes,
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.oci.image.layer.v1.tar+gzip',
  'application/vnd.cncf.helm.config.v1+json',
  'application/json',
)
/** A value where another belongs, now and then. */
const mostly = <T>(usual: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 12, arbitrary: usual }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 1 }) })

const descriptor = fc.record({
  mediaType: mostly(mediaType),
  digest: mostly(digest),
  size: mostly(fc.nat()),
  platform: mostly(fc.record({ os: mostly(fc.constant('linux')), architecture: mostly(fc.constant('arm')) })),
})
const document = fc.record(
  {
    schemaVersion: mostly(fc.constant(2)),
    mediaType: mostly(mediaType),
    manifests: mostly(fc.array(descriptor, { maxLength: 3 })),
    config: mostly(descriptor),
    layers: mostly(fc.array(descriptor, { maxLength: 3 })),
    ['__proto__']: fc.jsonValue({ maxDepth: 1 }),
  },
  { requiredKeys: ['schemaVersion'] },
)
const body = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.json().map((text) => new TextEncoder().encode(text)),
  document.map((value) => new TextEncoder().encode(JSON.stringify(value))),
)
const contentType = fc.option(fc.oneof(mediaType, fc.string()))

test('reads any bytes under any media type, or refuses them with MANIFEST_INVALID', () => {
  fc.assert(
    fc.property(contentType, body, (type, bytes) => {
      const manifest = tryParse(type, bytes)

      if (manifest !== null) expect(manifestMediaTypes).toContain(manifest.mediaType)
    }),
    { numRuns: 1000 },
  )
})

test('reads back every index that is well formed', () => {
  const entry = fc.record({ digest, size: fc.nat(), mediaType: fc.constantFrom(...manifestMediaTypes) })
  const type = manifestMediaTypes[0]

  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 8 }), (manifests) => {
      const bytes = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, mediaType: type, manifests }))
      const manifest = parseManifest(type, bytes)

      expect(manifest).toMatchObject({
        kind: 'index',
        entries: manifests.map(({ size, ...rest }) => ({ ...rest, sizeBytes: size, isAttestation: false })),
      })
    }),
  )
})

function tryParse(type: string | null, bytes: Uint8Array): Manifest | null {
  try {
    return parseManifest(type, bytes)
  } catch (error) {
    if (error instanceof AppError && error.code === 'MANIFEST_INVALID') return null
    throw error
  }
}
