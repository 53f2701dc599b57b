/** Documents that list manifests. */
export const indexMediaTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
] as const

/** Documents that describe one platform's image. */
export const imageMediaTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
] as const

/**
 * Everything that a tag may name, in the order for the Accept header. Ask for all of them: when one is missing,
 * Distribution answers 404, or answers with the digest of the linux/amd64 manifest instead of the index's.
 */
export const manifestMediaTypes = [...indexMediaTypes, ...imageMediaTypes] as const

export type IndexMediaType = (typeof indexMediaTypes)[number]
export type ImageMediaType = (typeof imageMediaTypes)[number]

export function isIndexMediaType(mediaType: string): mediaType is IndexMediaType {
  return (indexMediaTypes as readonly string[]).includes(mediaType) // widened, as `includes` takes only members
}

export function isImageMediaType(mediaType: string): mediaType is ImageMediaType {
  return (imageMediaTypes as readonly string[]).includes(mediaType) // widened, as `includes` takes only members
}

export function isSchema1MediaType(mediaType: string): boolean {
  return mediaType.startsWith('application/vnd.docker.distribution.manifest.v1+')
}

export function isConfigMediaType(mediaType: string): boolean {
  return (
    mediaType === 'application/vnd.oci.image.config.v1+json' ||
    mediaType === 'application/vnd.docker.container.image.v1+json'
  )
}

/** Whether it is a layer of a file system, whatever its compression or encryption. */
export function isLayerMediaType(mediaType: string): boolean {
  return (
    mediaType.startsWith('application/vnd.oci.image.layer.') ||
    mediaType.startsWith('application/vnd.docker.image.rootfs.')
  )
}

const artifactNames = [
  ['application/vnd.cncf.helm.', 'a Helm chart'],
  ['application/vnd.dev.cosign.', 'a cosign signature'],
  ['application/vnd.dev.sigstore.', 'a sigstore signature'],
  ['application/vnd.in-toto', 'an attestation'],
  ['application/vnd.wasm.', 'a WebAssembly module'],
] as const

/** What something that is no image is, for people: `a Helm chart`. */
export function nameArtifact(mediaType: string): string {
  return artifactNames.find(([prefix]) => mediaType.startsWith(prefix))?.[1] ?? 'an artifact'
}
