import { AppError } from '../../errors.ts'
import { isDigest } from '../../image/digest.ts'
import type { Digest } from '../../image/digest.ts'
import { parseManifest } from '../../image/manifest.ts'
import type { Manifest } from '../../image/manifest.ts'
import { isImageMediaType, isIndexMediaType, isSchema1MediaType, manifestMediaTypes } from '../../image/media-types.ts'
import { digestsIn, requireAllowed, statedDigest, verifiedDigest } from './named-digest.ts'
import type { Naming } from './named-digest.ts'
import { askRegistry, isForeign, noRegistryWords } from './no-registry.ts'
import { unknownRepository } from './unknown-repository.ts'
import type { AskDeps } from './ask.ts'
import type { RepositoryName } from './credentials/credentials.ts'
import type { Urgency } from './pace/urgency.ts'
import { isBounded } from '../../lib/bounded-json.ts'
import type { HttpAnswer } from './wire/exchange.ts'

/** What a tag or digest names. */
export interface ManifestHead {
  readonly mediaType: string
  readonly digest: Digest
  /** Null when the registry did not tell. */
  readonly sizeBytes: number | null
}

/** A manifest or index whose bytes are those that its digest names. */
export interface FetchedManifest extends ManifestHead {
  readonly sizeBytes: number
  readonly manifest: Manifest
}

/** All that we read. Without it some registries say that an index is not there. */
export const acceptHeader = manifestMediaTypes.join(', ')

/**
 * What a tag names now, by one HEAD; by GET and hash where the registry leaves out digest or media type. Of what is not
 * found, one GET tells whether the repository is there at all, and another HEAD whether it is so.
 *
 * @param known sent as `If-None-Match`
 * @returns `unchanged` when the tag still names `known`
 */
export async function headManifest(
  deps: AskDeps,
  repository: RepositoryName,
  tag: string,
  known: Digest | null,
  signal: AbortSignal,
  urgency: Urgency,
): Promise<ManifestHead | 'unchanged'> {
  const question = manifestQuestion(deps, repository, tag, urgency)
  const headers = known === null ? question.headers : { ...question.headers, 'if-none-match': `"${known}"` }
  const naming = namingOf(deps, repository, question.subject)
  const read = (answer: HttpAnswer): ManifestHead | 'unchanged' | null => readHead(answer, known, naming)
  const head = await askRegistry(deps, { ...question, headers, method: 'HEAD', read }, signal, unknownRepository)
  if (head !== null) return head
  const { manifest: _read, ...fetched } = await getManifest(deps, repository, tag, signal, urgency)
  return fetched.digest === known ? 'unchanged' : fetched
}

/** @returns null when the answer does not tell enough */
function readHead(answer: HttpAnswer, known: Digest | null, naming: Naming): ManifestHead | 'unchanged' | null {
  const digest = statedDigest(answer, naming)
  if (answer.status === 304) {
    if (digest === null || digest === known) return 'unchanged'
    throw new AppError(
      'REGISTRY_INTEGRITY',
      `${naming.subject}: unchanged, says the registry, but names another digest`,
    )
  }
  const mediaType = mediaTypeOf(answer)
  // A type that is none of an image's is looked at, so that the error can say what lies there.
  if (digest === null || !(isIndexMediaType(mediaType) || isImageMediaType(mediaType))) return null
  return digest === known ? 'unchanged' : { mediaType, digest, sizeBytes: lengthOf(answer) }
}

/**
 * The manifest or index that a tag or digest names.
 *
 * @throws REGISTRY_INTEGRITY when bytes, header and request do not agree; MANIFEST_INVALID when it is no image;
 * DIGEST_REFUSED
 */
export async function getManifest(
  deps: AskDeps,
  repository: RepositoryName,
  reference: string,
  signal: AbortSignal,
  urgency: Urgency,
): Promise<FetchedManifest> {
  const question = manifestQuestion(deps, repository, reference, urgency)
  const naming = namingOf(deps, repository, question.subject)
  const wanted = isDigest(reference) ? reference : null
  if (wanted !== null) requireAllowed(wanted, naming)
  const read = (answer: HttpAnswer): FetchedManifest => {
    // First what it is: the digest of a signed schema 1 manifest is not that of its bytes.
    if (isSchema1MediaType(mediaTypeOf(answer))) parseAnswer(answer, question.subject)
    const digest = verifiedDigest(answer, wanted, naming)
    const manifest = parseAnswer(answer, question.subject)
    for (const each of digestsIn(manifest)) requireAllowed(each, naming)
    return { digest, mediaType: manifest.mediaType, sizeBytes: answer.body.length, manifest }
  }
  return askRegistry(deps, { ...question, method: 'GET', read }, signal)
}

/** The bytes of a small blob, such as an image's configuration. @throws REGISTRY_INTEGRITY, REGISTRY_TOO_LARGE */
export async function getBlob(
  deps: AskDeps,
  repository: RepositoryName,
  digest: Digest,
  signal: AbortSignal,
): Promise<Buffer> {
  const subject = `${repository.registry}/${repository.repository}@${digest}`
  const naming = namingOf(deps, repository, subject)
  requireAllowed(digest, naming)
  const read = (answer: HttpAnswer): Buffer => {
    verifiedDigest(answer, digest, naming)
    return answer.body
  }
  const question = { repository, method: 'GET', path: `blobs/${digest}`, headers: {}, subject, read } as const
  const bodyBytesMax = deps.limits.configBytes
  return askRegistry(deps, { ...question, bodyBytesMax, urgency: 'wanted', isMirrored: true }, signal)
}

function manifestQuestion(deps: AskDeps, repository: RepositoryName, reference: string, urgency: Urgency) {
  const name = `${repository.registry}/${repository.repository}`
  if (!isDigest(reference) && !/^\w[\w.-]{0,127}$/.test(reference)) {
    throw new AppError('REFERENCE_INVALID', `${JSON.stringify(reference)} of ${name} is neither tag nor digest`)
  }
  return {
    repository,
    path: `manifests/${reference}`,
    headers: { accept: acceptHeader },
    bodyBytesMax: deps.limits.manifestBytes,
    subject: isDigest(reference) ? `${name}@${reference}` : `${name}:${reference}`,
    urgency,
    isMirrored: true,
  }
}

function namingOf({ endpoint }: AskDeps, { registry }: RepositoryName, subject: string): Naming {
  return { subject, isSha512Allowed: endpoint(registry).isSha512Allowed }
}

function mediaTypeOf({ headers }: HttpAnswer): string {
  return headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

function lengthOf({ headers }: HttpAnswer): number | null {
  const length = headers['content-length'] ?? ''
  return /^\d{1,15}$/.test(length) && length !== '0' ? Number(length) : null
}

function parseAnswer(answer: HttpAnswer, subject: string): Manifest {
  try {
    return parseAs(mediaTypeOf(answer), answer.body, subject)
  } catch (error) {
    if (!isForeign(answer)) throw error
    // No cause, as of a web page: whoever stands there now may be gone in a moment.
    const message = `${subject}: ${answer.url.host} answered with nothing of a manifest, ${noRegistryWords}`
    throw new AppError('REGISTRY_UNAVAILABLE', message)
  }
}

function parseAs(mediaType: string, bytes: Buffer, subject: string): Manifest {
  if (!isBounded(bytes)) throw new AppError('MANIFEST_INVALID', `${subject}: it is nested too deep to be a manifest`)
  try {
    return parseManifest(mediaType === '' ? null : mediaType, bytes)
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause
    throw new AppError(cause.code, `${subject}: ${cause.message}`, { cause })
  }
}
