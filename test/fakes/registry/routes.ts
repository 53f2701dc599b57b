import { randomUUID } from 'node:crypto'
import { digestOf } from './content.ts'
import type { Content } from './content.ts'
import type { RequestKind } from './faults.ts'
import { complaint } from './reply.ts'
import type { Reply } from './reply.ts'

/** One request of the distribution API, taken apart. */
export interface Route {
  readonly kind: RequestKind
  readonly repository: string
  /** Tag, digest or number of an upload. */
  readonly reference: string
}

export interface Incoming {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

export interface Behaviour {
  readonly ignoresIfNoneMatch: boolean
  readonly omitsDigest: boolean
  /** At most so many tags a page, whatever was asked for. */
  readonly tagsPerPage: number
  /** Writes the `Link` header around the next page's path and query. */
  readonly writeLink: (next: string) => string
}

const patterns: readonly (readonly [RegExp, (method: string) => RequestKind])[] = [
  [
    /^\/v2\/(?<repository>.+)\/manifests\/(?<reference>[^/]+)$/,
    (method) => (method === 'HEAD' ? 'head' : method === 'GET' ? 'get' : 'upload'),
  ],
  [/^\/v2\/(?<repository>.+)\/blobs\/uploads\/(?<reference>[^/]*)$/, () => 'upload'],
  [/^\/v2\/(?<repository>.+)\/blobs\/(?<reference>[^/]+)$/, () => 'blob'],
  [/^\/v2\/(?<repository>.+)\/tags\/list(?<reference>)$/, () => 'tags'],
  [/^\/v2\/?(?<repository>)(?<reference>)$/, () => 'ping'],
  [/^\/token(?<repository>)(?<reference>)$/, () => 'token'],
]

export function routeOf(method: string, pathname: string): Route {
  for (const [pattern, kind] of patterns) {
    const groups = pattern.exec(pathname)?.groups
    if (groups)
      return { kind: kind(method), repository: groups['repository'] ?? '', reference: groups['reference'] ?? '' }
  }
  return { kind: 'other', repository: '', reference: '' }
}

/** Answers as a registry that nothing is wrong with. */
export function serve(content: Content, behaviour: Behaviour, route: Route, incoming: Incoming): Reply {
  switch (route.kind) {
    case 'ping':
      return { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' }
    case 'head':
    case 'get':
      return serveManifest(content, behaviour, route, incoming)
    case 'blob':
      return serveBlob(content, route)
    case 'tags':
      return serveTags(content, behaviour, route, incoming.url)
    case 'upload':
      return route.reference !== '' && incoming.url.pathname.includes('/manifests/')
        ? changeManifest(content, route, incoming)
        : upload(content, route, incoming)
    default:
      return complaint(404, 'UNSUPPORTED')
  }
}

function serveManifest(
  content: Content,
  behaviour: Behaviour,
  { repository, reference }: Route,
  incoming: Incoming,
): Reply {
  const found = content.manifest(repository, reference)
  if (!found) return complaint(404, content.tags(repository) ? 'MANIFEST_UNKNOWN' : 'NAME_UNKNOWN')
  // As Distribution does: an index is not there for who does not ask for indexes.
  if (!String(incoming.headers['accept']).includes(found.mediaType)) return complaint(404, 'MANIFEST_UNKNOWN')
  const stated = { 'docker-content-digest': found.digest, etag: `"${found.digest}"` }
  const headers = { 'content-type': found.mediaType, ...(behaviour.omitsDigest ? {} : stated) }
  const isKnown = incoming.headers['if-none-match'] === `"${found.digest}"`
  if (isKnown && !behaviour.ignoresIfNoneMatch) return { status: 304, headers }
  return { status: 200, headers, body: found.bytes }
}

function changeManifest(content: Content, { repository, reference }: Route, incoming: Incoming): Reply {
  if (incoming.method === 'DELETE') {
    return content.remove(repository, reference) ? { status: 202, headers: {} } : complaint(404, 'MANIFEST_UNKNOWN')
  }
  const mediaType = String(incoming.headers['content-type'])
  const digest = content.putManifest(repository, reference, { mediaType, bytes: incoming.body })
  return {
    status: 201,
    headers: { location: `/v2/${repository}/manifests/${digest}`, 'docker-content-digest': digest },
  }
}

function serveBlob(content: Content, { reference }: Route): Reply {
  const body = content.blobs.get(reference)
  if (!body) return complaint(404, 'BLOB_UNKNOWN')
  return {
    status: 200,
    headers: { 'content-type': 'application/octet-stream', 'docker-content-digest': reference },
    body,
  }
}

/** POST opens an upload, PATCH adds to it, PUT names its digest: enough for `docker push`. */
function upload(content: Content, { repository, reference }: Route, { method, url, body }: Incoming): Reply {
  const id = reference || randomUUID()
  const bytes = Buffer.concat([content.blobs.get(id) ?? Buffer.alloc(0), body])
  const digest = url.searchParams.get('digest')
  if (digest === null) {
    content.blobs.set(id, bytes)
    const range = `0-${Math.max(bytes.length - 1, 0)}`
    const headers = { location: `/v2/${repository}/blobs/uploads/${id}`, range, 'docker-upload-uuid': id }
    return { status: method === 'GET' ? 204 : 202, headers }
  }
  content.blobs.delete(id)
  if (digestOf(bytes) !== digest) return complaint(400, 'DIGEST_INVALID')
  content.blobs.set(digest, bytes)
  return { status: 201, headers: { location: `/v2/${repository}/blobs/${digest}`, 'docker-content-digest': digest } }
}

function serveTags(content: Content, behaviour: Behaviour, { repository }: Route, url: URL): Reply {
  const all = content.tags(repository)
  if (!all) return complaint(404, 'NAME_UNKNOWN')
  const last = url.searchParams.get('last')
  const size = Math.min(Number(url.searchParams.get('n') ?? Infinity), behaviour.tagsPerPage)
  const rest = all.filter((tag) => last === null || tag > last)
  const tags = rest.slice(0, size)
  const body = JSON.stringify({ name: repository, tags: tags.length === 0 ? null : tags })
  const headers = { 'content-type': 'application/json' }
  if (rest.length <= size) return { status: 200, headers, body }
  const next = `/v2/${repository}/tags/list?n=${size}&last=${tags.at(-1) ?? ''}`
  return { status: 200, headers: { ...headers, link: behaviour.writeLink(next) }, body }
}
