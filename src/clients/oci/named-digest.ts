import { createHash } from 'node:crypto'
import { AppError } from '../../errors.ts'
import { algorithmOf, isDigest } from '../../image/digest.ts'
import type { Digest } from '../../image/digest.ts'
import type { Manifest } from '../../image/manifest.ts'
import type { HttpAnswer } from './wire/exchange.ts'

/** Of what an answer tells, and by which algorithms its registry may name it. */
export interface Naming {
  /** For messages. */
  readonly subject: string
  readonly isSha512Allowed: boolean
}

/** The digest that an answer states for itself; null when it states none. @throws REGISTRY_INTEGRITY, DIGEST_REFUSED */
export function statedDigest({ headers }: HttpAnswer, naming: Naming): Digest | null {
  const stated = headers['docker-content-digest']
  if (stated === undefined || stated === '') return null
  if (typeof stated !== 'string' || !isDigest(stated)) {
    throw new AppError('REGISTRY_INTEGRITY', `${naming.subject}: the registry named something that is no digest`)
  }
  requireAllowed(stated, naming)
  return stated
}

/**
 * The digest of an answer whose bytes are those that it was asked for, and that it says they are.
 * @param wanted null where it was asked for by another name
 * @throws REGISTRY_INTEGRITY, DIGEST_REFUSED
 */
export function verifiedDigest(answer: HttpAnswer, wanted: Digest | null, naming: Naming): Digest {
  const stated = statedDigest(answer, naming)
  const named = wanted ?? stated
  if (named === null) return hashOf(answer.body, 'sha256')
  const all = new Set([named, stated ?? named])
  if ([...all].every((each) => each === hashOf(answer.body, algorithmOf(each)))) return named
  const message = `${naming.subject}: the answer of ${answer.url.host} does not have its digest`
  throw new AppError('REGISTRY_INTEGRITY', message, { cause: { stated, wanted } })
}

/** @throws DIGEST_REFUSED */
export function requireAllowed(digest: Digest, { subject, isSha512Allowed }: Naming): void {
  if (isSha512Allowed || algorithmOf(digest) === 'sha256') return
  throw new AppError('DIGEST_REFUSED', `${subject}: a sha512 digest, which this registry is not allowed to name`)
}

/** What a manifest or index stands on, by digest. */
export function digestsIn(manifest: Manifest): readonly Digest[] {
  const parts = manifest.kind === 'index' ? manifest.entries : [manifest.config, ...manifest.layers]
  return parts.map(({ digest }) => digest)
}

function hashOf(bytes: Uint8Array, algorithm: 'sha256' | 'sha512'): Digest {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}` as Digest // hex in lower case, and all of it
}
