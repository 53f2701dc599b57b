import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { ConfigDigest, Digest, ManifestDigest } from '../../image/digest.ts'
import { asManifestDigest } from '../../image/digest.ts'
import type { Manifest } from '../../image/manifest.ts'
import { choosePlatform } from '../../image/platform-match.ts'
import type { Platform } from '../../image/platform.ts'
import { isPlatform, normalizePlatform } from '../../image/platform.ts'
import type { OciClient } from './client.ts'
import type { RepositoryName } from './credentials/credentials.ts'
import type { FetchedManifest } from './manifest.ts'
import type { Urgency } from './pace/urgency.ts'
import { parseBoundedJson } from '../../lib/bounded-json.ts'

/** One platform's image below a digest. */
export interface DescribedImage {
  readonly platform: Platform
  readonly manifest: ManifestDigest
  /** Null when it was not asked for. */
  readonly config: ConfigDigest | null
  /** What its configuration and its layers take, compressed; absent when its config was not asked for. */
  readonly sizeBytes?: number
}

/** A digest with the images that it stands for; none when all that it lists are artifacts. */
export interface Description {
  readonly digest: Digest
  readonly mediaType: string
  readonly images: readonly DescribedImage[]
}

/** Real ones have depth 1, those of BuildKit sometimes 2. */
const depthMax = 3
const imagesMax = 512
/** An index of indexes of indexes could name a quarter of a million of them. */
const documentsMax = 600

type Getter = Pick<OciClient, 'getManifest' | 'getBlob'>

/**
 * The images below a digest, of which those that hosts of `platforms` would run (all when null) with their config
 * digest. Costs a GET for each index, one for each such image, and two for each image whose platform no index tells.
 *
 * @throws MANIFEST_INVALID, REGISTRY_*; MANIFEST_INCOMPLETE for what is listed and not there
 */
export async function describeImage(
  client: Getter,
  repository: RepositoryName,
  digest: Digest,
  platforms: readonly Platform[] | null,
  signal: AbortSignal,
  urgency: Urgency = 'wanted',
): Promise<Description> {
  const place = openPlace(client, repository, signal, urgency)
  const { mediaType, manifest } = await place.fetch(digest)
  if (manifest.kind === 'image') {
    const image = await readImage(place, asManifestDigest(digest), manifest)
    return { digest, mediaType, images: [image] }
  }
  const listed = await flatten(place, manifest, 1)
  const wanted = platforms && new Set(platforms.map((platform) => choosePlatform(platform, listed.map(platformOf))))
  const images: DescribedImage[] = []
  for (const image of listed) {
    const isWanted = image.config === null && (wanted === null || wanted.has(image.platform))
    images.push(isWanted ? { ...image, ...(await readContent(place, image.manifest)) } : image)
  }
  return { digest, mediaType, images }
}

interface Place {
  readonly name: string
  readonly fetch: (digest: Digest) => Promise<FetchedManifest>
  /** What an index lists. Mirrors may lack it for good (a sparse index), or catch up. */
  readonly fetchListed: (digest: Digest) => Promise<FetchedManifest>
  readonly fetchBlob: (digest: Digest) => Promise<Buffer>
}

function openPlace(client: Getter, repository: RepositoryName, signal: AbortSignal, urgency: Urgency): Place {
  const name = `${repository.registry}/${repository.repository}`
  let documents = 0
  const fetch = async (digest: Digest): Promise<FetchedManifest> => {
    documents += 1
    if (documents > documentsMax)
      throw new AppError('REGISTRY_TOO_LARGE', `${name}: more than ${documentsMax} manifests`)
    return client.getManifest(repository, digest, signal, urgency)
  }
  const listed = <Part>(digest: Digest, part: Promise<Part>): Promise<Part> =>
    part.catch((error: unknown) => {
      if (!(error instanceof AppError) || error.code !== 'REGISTRY_NOT_FOUND') throw error
      const message = `${name} lists ${digest}, which the registry does not have`
      throw new AppError('MANIFEST_INCOMPLETE', message, { cause: error })
    })
  return {
    name,
    fetch,
    fetchListed: (digest) => listed(digest, fetch(digest)),
    fetchBlob: (digest) => listed(digest, client.getBlob(repository, digest, signal)),
  }
}

async function flatten(place: Place, index: Manifest & { kind: 'index' }, depth: number): Promise<DescribedImage[]> {
  const images: DescribedImage[] = []
  for (const entry of index.entries) {
    if (entry.isAttestation) continue
    if (entry.kind === 'index') images.push(...(await flattenNested(place, entry.digest, depth + 1)))
    else if (entry.platform) images.push({ platform: entry.platform, manifest: entry.digest, config: null })
    else images.push(...(await readUnlabelled(place, entry.digest)))
    if (images.length > imagesMax)
      throw new AppError('REGISTRY_TOO_LARGE', `${place.name}: more than ${imagesMax} images`)
  }
  return images
}

async function flattenNested(place: Place, digest: Digest, depth: number): Promise<DescribedImage[]> {
  if (depth > depthMax) throw new AppError('MANIFEST_INVALID', `${place.name}: indexes nested deeper than ${depthMax}`)
  const { manifest } = await place.fetchListed(digest)
  if (manifest.kind !== 'index') throw new AppError('MANIFEST_INVALID', `${place.name}@${digest} is listed as an index`)
  return flatten(place, manifest, depth)
}

/** An entry without platform is an image that tells it itself, or an artifact, which is nobody's to run. */
async function readUnlabelled(place: Place, digest: ManifestDigest): Promise<DescribedImage[]> {
  try {
    const { manifest } = await place.fetchListed(digest)
    return manifest.kind === 'image' ? [await readImage(place, digest, manifest)] : []
  } catch (error) {
    if (error instanceof AppError && error.code === 'MANIFEST_INVALID') return []
    throw error
  }
}

const configSchema = z.object({ os: z.string(), architecture: z.string(), variant: z.string().nullish() })

async function readImage(
  place: Place,
  digest: ManifestDigest,
  image: Manifest & { kind: 'image' },
): Promise<DescribedImage> {
  const bytes = await place.fetchBlob(image.config.digest)
  const platform = readPlatform(bytes)
  if (!platform) throw new AppError('MANIFEST_INVALID', `${place.name}@${digest}: its configuration names no platform`)
  return { platform, manifest: digest, ...contentOf(image) }
}

function readPlatform(bytes: Buffer): Platform | null {
  try {
    const { os, architecture, variant } = configSchema.parse(parseBoundedJson(bytes))
    const platform = { os, architecture, variant: variant || null }
    return isPlatform(platform) ? normalizePlatform(platform) : null
  } catch {
    return null
  }
}

async function readContent(place: Place, digest: Digest) {
  const { manifest } = await place.fetchListed(digest)
  if (manifest.kind === 'image') return contentOf(manifest)
  throw new AppError('MANIFEST_INVALID', `${place.name}@${digest} is listed as an image`)
}

function platformOf({ platform }: DescribedImage): Platform {
  return platform
}

function contentOf({ config, layers }: Manifest & { kind: 'image' }) {
  return { config: config.digest, sizeBytes: layers.reduce((sum, each) => sum + each.sizeBytes, config.sizeBytes) }
}
