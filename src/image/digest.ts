import { AppError } from '../errors.ts'
import { quote } from './quote.ts'

declare const brand: unique symbol
declare const kind: unique symbol

/** `sha256:` and 64 lower-case hexadecimal digits. Other algorithms are refused until a registry serves them. */
export type Digest = string & { readonly [brand]: 'digest' }

/** Digest of an index. */
export type IndexDigest = Digest & { readonly [kind]: 'index' }
/** Digest of one platform's manifest. */
export type ManifestDigest = Digest & { readonly [kind]: 'manifest' }
/** Digest of an image's configuration: what engines without containerd's store call the image id. */
export type ConfigDigest = Digest & { readonly [kind]: 'config' }

/** A digest of which nobody has said yet what it is the digest of. */
type PlainDigest = Digest & { readonly [kind]?: never }

const pattern = /^sha256:[a-f0-9]{64}$/

export function isDigest(text: string): text is Digest {
  return pattern.test(text)
}

/** @throws DIGEST_INVALID */
export function parseDigest(text: string): Digest {
  if (!isDigest(text)) throw new AppError('DIGEST_INVALID', `${quote(text)} is not a sha256 digest`)
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

/** The first 12 hexadecimal digits, for people; never compare these. */
export function shortDigest(digest: Digest): string {
  return digest.slice('sha256:'.length, 'sha256:'.length + 12)
}
