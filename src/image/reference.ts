import { AppError } from '../errors.ts'
import type { Digest } from './digest.ts'
import { isDigest } from './digest.ts'
import { quote } from './quote.ts'

/** Where an image lies, normalised: the registry and `library/` are never left out. */
export interface ImageReference {
  /** Host and port: `docker.io`, `localhost:5000`, `[::1]:5000`. */
  readonly registry: string
  /** Path at the registry: `library/nginx`. */
  readonly repository: string
  /** Null when none was written; `latest` is never filled in. */
  readonly tag: string | null
  /** With both, the digest decides. */
  readonly digest: Digest | null
}

type Name = Pick<ImageReference, 'registry' | 'repository'>

const dockerHub = 'docker.io'
const repositoryLengthMax = 255

const hostLabel = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?'
const registryPattern = new RegExp(String.raw`^(?:${hostLabel}(?:\.${hostLabel})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?$`)
const pathPart = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const repositoryPattern = new RegExp(`^${pathPart}(?:/${pathPart})*$`)
const tagPattern = /^\w[\w.-]{0,127}$/

/** Whether a text can be a tag at all. */
export const isTag = (text: string): boolean => tagPattern.test(text)

/** What engines take for an image id or a digest rather than a name. */
const idPattern = /^(?:[a-f0-9]{64}|sha(?:256|384|512):[^/]*)$/

/**
 * Reads `[host/]path[:tag][@digest]` as engines do.
 *
 * Accepts what distribution/reference accepts, but for three things that nobody could act on: digests other than
 * sha256 and sha512, `sha256:…` without a name (read there as the tag of an image `sha256`), and a first part with both a dot
 * and an underscore (taken there for a host and then left out, so that the engine asks a host without a name).
 *
 * @throws REFERENCE_INVALID saying what is wrong
 * @see distribution/reference normalize.go, ParseNormalizedNamed
 */
export function parseReference(text: string): ImageReference {
  if (text === '') throw invalid(text, 'it is empty')
  if (text.trim() !== text) throw invalid(text, 'there are blanks around it')
  if (text.includes('://')) throw invalid(text, 'it begins with a scheme')
  if (idPattern.test(text)) throw invalid(text, 'it is an image id or a digest without a name')

  const [tagged, digest] = splitAt(text, text.indexOf('@'))
  const [name, tag] = splitAt(tagged, tagged.indexOf(':', tagged.lastIndexOf('/') + 1))
  const { registry, repository } = splitName(name)

  if (!registryPattern.test(registry)) throw invalid(text, 'what stands before the first "/" is no host')
  if (repository.length > repositoryLengthMax) {
    throw invalid(text, `the repository is longer than ${repositoryLengthMax} characters`)
  }
  if (/[A-Z]/.test(repository)) throw invalid(text, 'the repository is not in lower case')
  if (!repositoryPattern.test(repository)) throw invalid(text, 'the repository is not lower-case words between "/"')
  if (tag !== null && !isTag(tag)) {
    throw invalid(
      text,
      'the tag is not 1 to 128 letters, digits, "_", "." and "-", beginning with none of the last two',
    )
  }
  if (digest !== null && !isDigest(digest)) {
    throw invalid(text, 'the digest is not "sha256:" and 64 lower-case hexadecimal digits, nor "sha512:" and 128')
  }
  return { registry, repository, tag, digest }
}

/** The tag that is meant: engines fill in `latest` where a reference names none. */
export const tagOf = ({ tag }: Pick<ImageReference, 'tag'>): string => tag ?? 'latest'

/** `docker.io/library/nginx`: without tag and digest. */
export function canonicalName({ registry, repository }: Name): string {
  return `${registry}/${repository}`
}

/**
 * `nginx`: without tag and digest, and without what engines fill in.
 * Stays canonical where the short name would be read as another registry or as an id, as in `docker.io/a.b/c`.
 */
export function familiarName(name: Name): string {
  if (name.registry !== dockerHub) return canonicalName(name)
  const short = /^library\/[^/]+$/.test(name.repository) ? name.repository.slice('library/'.length) : name.repository
  const isReadAsId = idPattern.test(short) || idPattern.test(`${short}:tag`)
  const isReadAsOther = canonicalName(splitName(short)) !== canonicalName(name)
  return isReadAsId || isReadAsOther ? canonicalName(name) : short
}

/** `docker.io/library/nginx:1@sha256:…`, as much of it as there is. */
export function formatCanonical(reference: ImageReference): string {
  return canonicalName(reference) + suffix(reference)
}

/** `nginx:1@sha256:…`, as much of it as there is, as engines show it. */
export function formatFamiliar(reference: ImageReference): string {
  return familiarName(reference) + suffix(reference)
}

/** @see distribution/reference normalize.go, splitDockerDomain */
function splitName(name: string): Name {
  const slash = name.indexOf('/')
  const first = name.slice(0, Math.max(0, slash))
  const isHost = first === 'localhost' || /[.:]/.test(first) || first !== first.toLowerCase()
  const registry = !isHost || first === 'index.docker.io' ? dockerHub : first
  const path = isHost ? name.slice(slash + 1) : name
  return { registry, repository: registry === dockerHub && !path.includes('/') ? `library/${path}` : path }
}

/** What stands before and after the character at `index`; null for the latter when there is none. */
function splitAt(text: string, index: number): [string, string | null] {
  return index < 0 ? [text, null] : [text.slice(0, index), text.slice(index + 1)]
}

function suffix({ tag, digest }: ImageReference): string {
  return (tag === null ? '' : `:${tag}`) + (digest === null ? '' : `@${digest}`)
}

function invalid(text: string, problem: string): AppError {
  return new AppError('REFERENCE_INVALID', `${quote(text)} is not an image reference: ${problem}`)
}
