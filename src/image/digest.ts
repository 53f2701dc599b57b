import { AppError } from '../errors.ts'
import { quote } from './quote.ts'

declare const brand: unique symbol
declare const kind: unique symbol

/**
 * `sha256:` and 64 lower-case hexadecimal digits, or `sha512:` and 128, which is read from registries only that are
 * allowed to name it.
 */
export type Digest = string & { readonly [brand]: 'digest' }

/** Digest of an index. */
export type IndexDigest = Digest & { readonly [kind]: 'index' }
/** Digest of one platform's manifest. */
export type ManifestDigest = Digest & { readonly [kind]: 'manifest' }
/** Digest of an image's configuration: what engines without containerd's store call the image id. */
export type ConfigDigest = Digest & { readonly [kind]: 'config' }

/** A digest of which nobody has said yet what it is the digest of. */
type PlainDigest = Digest & { readonly [kind]?: never }

const pattern = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/

export function isDigest(text: string): text is Digest {
  return pattern.test(text)
}

/** @throws DIGEST_INVALID */
export function parseDigest(text: string): Digest {
  if (!isDigest(text)) throw new AppError('DIGEST_INVALID', `${quote(text)} is not a digest`)
  return text
}

/** Says that `digest` is an index's; only the place that knows it from a media type may say so. */
export function asIndexDigest(digest: PlainDigest): IndexDigest {
  return digest as Digest as IndexDigest // the brand exists in types alone
}

/** Says that `digest` is a manifest's; only the place that knows it from a media type may say so. */
export function asManifestDigest(digest: PlainDigest): ManifestDigest {
  return digest as Digest as ManifestDigest // the brand exists in types alone
}

/** Says that `digest` is a configuration's; only the place that knows it from a manifest or an engine may say so. */
export function asConfigDigest(digest: PlainDigest): ConfigDigest {
  return digest as Digest as ConfigDigest // the brand exists in types alone
}

/** By which its digits are made of the bytes. */
export function algorithmOf(digest: Digest): 'sha256' | 'sha512' {
  return digest.startsWith('sha512:') ? 'sha512' : 'sha256'
}

/** Both names of algorithms are of one length. */
const hexOf = (digest: Digest): string => digest.slice('sha256:'.length)

/** The first 12 hexadecimal digits, for people; never compare these. */
export function shortDigest(digest: Digest): string {
  return hexOf(digest).slice(0, 12)
}

/** Shortest part of a digest that is taken for one, so that no tag is by chance. */
const partMin = 4

/** Whether a person may mean it by a text: the digest, or the beginning of its digits, with or without the algorithm. */
export function isMeantBy(digest: Digest, text: string): boolean {
  const hex = text.slice(text.indexOf(':') + 1)
  return hex.length >= partMin && (hex === text ? hexOf(digest) : digest).startsWith(text)
}
