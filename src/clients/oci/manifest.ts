import { createHash } from 'node:crypto'
import { AppError } from '../../errors.ts'
import { isDigest } from '../../image/digest.ts'
import type { Digest } from '../../image/digest.ts'
import { parseManifest } from '../../image/manifest.ts'
import type { Manifest } from '../../image/manifest.ts'
import { isImageMediaType, isIndexMediaType, manifestMediaTypes } from '../../image/media-types.ts'
import { ask } from './ask.ts'
import type { AskDeps, Question } from './ask.ts'
import type { RepositoryName } from './credentials.ts'
import type { HttpAnswer } from './exchange.ts'

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

const acceptHeader = manifestMediaTypes.join(', ')

/**
 * What a tag names now, by one HEAD; by GET and hash where the registry leaves out digest or media type.
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
): Promise<ManifestHead | 'unchanged'> {
  const question = manifestQuestion(deps, repository, tag)
  const headers = known === null ? question.headers : { ...question.headers, 'if-none-match': `"${known}"` }
  const answer = await ask(deps, { ...question, headers, method: 'HEAD' }, signal)
  const digest = statedDigest(answer, question.subject)
  if (answer.status === 304) {
    if (digest === null || digest === known) return 'unchanged'
    throw new AppError(
      'REGISTRY_INTEGRITY',
      `${question.subject}: unchanged, says the registry, but names another digest`,
    )
  }
  const mediaType = mediaTypeOf(answer)
  // A type that is none of an image's is looked at, so that the error can say what lies there.
  if (digest === null || !(isIndexMediaType(mediaType) || isImageMediaType(mediaType))) {
    const { manifest: _read, ...fetched } = await getManifest(deps, repository, tag, signal)
    return fetched.digest === known ? 'unchanged' : fetched
  }
  return digest === known ? 'unchanged' : { mediaType, digest, sizeBytes: lengthOf(answer) }
}

/**
 * The manifest or index that a tag or digest names.
 *
 * @throws REGISTRY_INTEGRITY when bytes, header and request do not agree; MANIFEST_INVALID when it is no image
 */
export async function getManifest(
  deps: AskDeps,
  repository: RepositoryName,
  reference: string,
  signal: AbortSignal,
): Promise<FetchedManifest> {
  const question = manifestQuestion(deps, repository, reference)
  const answer = await ask(deps, question, signal)
  const digest = verifiedDigest(answer, isDigest(reference) ? reference : null, question.subject)
  const manifest = parseAs(mediaTypeOf(answer), answer.body, question.subject)
  return { digest, mediaType: manifest.mediaType, sizeBytes: answer.body.length, manifest }
}

/** The bytes of a small blob, such as an image's configuration. @throws REGISTRY_INTEGRITY, REGISTRY_TOO_LARGE */
export async function getBlob(
  deps: AskDeps,
  repository: RepositoryName,
  digest: Digest,
  signal: AbortSignal,
): Promise<Buffer> {
  const subject = `${repository.registry}/${repository.repository}@${digest}`
  const path = `blobs/${digest}`
  const bodyBytesMax = deps.limits.configBytes
  const answer = await ask(deps, { repository, method: 'GET', path, headers: {}, bodyBytesMax, subject }, signal)
  verifiedDigest(answer, digest, subject)
  return answer.body
}

function manifestQuestion(deps: AskDeps, repository: RepositoryName, reference: string): Question {
  const name = `${repository.registry}/${repository.repository}`
  if (!isDigest(reference) && !/^\w[\w.-]{0,127}$/.test(reference)) {
    throw new AppError('REFERENCE_INVALID', `${JSON.stringify(reference)} of ${name} is neither tag nor digest`)
  }
  return {
    repository,
    method: 'GET',
    path: `manifests/${reference}`,
    headers: { accept: acceptHeader },
    bodyBytesMax: deps.limits.manifestBytes,
    subject: isDigest(reference) ? `${name}@${reference}` : `${name}:${reference}`,
  }
}

function verifiedDigest(answer: HttpAnswer, wanted: Digest | null, subject: string): Digest {
  const actual = `sha256:${createHash('sha256').update(answer.body).digest('hex')}`
  const stated = statedDigest(answer, subject)
  if (isDigest(actual) && (wanted ?? actual) === actual && (stated ?? actual) === actual) return actual
  throw new AppError('REGISTRY_INTEGRITY', `${subject}: the answer of ${answer.url.host} does not have its digest`, {
    cause: { actual, stated, wanted },
  })
}

function statedDigest({ headers }: HttpAnswer, subject: string): Digest | null {
  const stated = headers['docker-content-digest']
  if (stated === undefined || stated === '') return null
  if (typeof stated === 'string' && isDigest(stated)) return stated
  throw new AppError('REGISTRY_INTEGRITY', `${subject}: the registry named something that is no sha256 digest`)
}

function mediaTypeOf({ headers }: HttpAnswer): string {
  return headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
}

function lengthOf({ headers }: HttpAnswer): number | null {
  const length = headers['content-length'] ?? ''
  return /^\d{1,15}$/.test(length) && length !== '0' ? Number(length) : null
}

function parseAs(mediaType: string, bytes: Buffer, subject: string): Manifest {
  try {
    return parseManifest(mediaType === '' ? null : mediaType, bytes)
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause
    throw new AppError(cause.code, `${subject}: ${cause.message}`, { cause })
  }
}
