import { basicOf, json } from '../registry/dialect.ts'
import type { Dialect, DialectTools } from '../registry/dialect.ts'
import type { Reply } from '../registry/reply.ts'
import type { Incoming } from '../registry/routes.ts'

export interface HarborOptions {
  readonly username: string
  readonly password: string
  /** Proxy caches of Docker Hub: manifests and blobs that are asked for without `library/` are sent on, and nothing else. */
  readonly hubCaches?: readonly string[]
}

const artifactsPath = /^\/api\/v2\.0\/projects\/([^/]+)\/repositories\/([^/]+)\/artifacts$/
const manifestPath = /^\/v2\/([^/]+)\/([^/]+)\/(manifests|blobs)\/(.+)$/

/** Harbor: its own API beside the registry. @see Harbor API v2.0, listArtifacts */
export function harborDialect(options: HarborOptions): Dialect {
  return {
    answer(incoming, tools) {
      const { url, headers } = incoming
      if (url.pathname === '/service/token') {
        return tools.signIn.token(headers['authorization'] as string | undefined, url.searchParams)
      }
      const [, project, name] = artifactsPath.exec(url.pathname) ?? []
      if (project !== undefined && name !== undefined) return listArtifacts(options, project, name, incoming, tools)
      const [, cache = '', image, what, rest] = manifestPath.exec(url.pathname) ?? []
      if (options.hubCaches?.includes(cache) !== true || incoming.method === 'PUT') return null
      return { status: 301, headers: { location: `/v2/${cache}/library/${image}/${what}/${rest}${url.search}` } }
    },
  }
}

function listArtifacts(
  { username, password }: HarborOptions,
  project: string,
  encoded: string,
  { url, headers }: Incoming,
  { content, url: base }: DialectTools,
): Reply {
  const given = basicOf(headers['authorization'])
  if (given?.username !== username || given.password !== password) return refusal(401, 'UNAUTHORIZED')
  // What stands before the API has decoded once.
  const name = decodeURIComponent(decodeURIComponent(encoded))
  if (name.includes('/') && !encoded.includes('%25')) return refusal(404, 'NOT_FOUND')
  const repository = `${decodeURIComponent(project)}/${name}`
  if (!content.tags(repository)) return refusal(404, 'NOT_FOUND')
  const size = Number(url.searchParams.get('page_size') ?? 10)
  const page = Number(url.searchParams.get('page') ?? 1)
  if (size > 100) return refusal(422, 'UNPROCESSABLE_ENTITY')
  const { digests, tags } = content.pushes(repository)
  const isWithTags = url.searchParams.get('with_tag') !== 'false'
  const namesOf = (digest: string): readonly string[] =>
    [...tags.keys()].filter((tag) => content.manifest(repository, tag)?.digest === digest)
  const all = [...digests].toSorted(([, one], [, other]) => other - one)
  const rows = all.slice((page - 1) * size, page * size).map(([digest, pushedAt]) => {
    const named = namesOf(digest).map((tag) => ({
      id: 1,
      name: tag,
      push_time: iso(tags.get(tag)),
      pull_time: iso(null),
      immutable: false,
    }))
    return {
      id: 1,
      type: 'IMAGE',
      digest,
      push_time: iso(pushedAt),
      pull_time: iso(null),
      size: 1024,
      tags: isWithTags && named.length > 0 ? named : null,
    }
  })
  const next = `<${new URL(base).origin}${url.pathname}?page=${page + 1}&page_size=${size}>; rel="next"`
  return json(rows, { 'x-total-count': `${all.length}`, ...(page * size < all.length && { link: next }) })
}

/** Go's way to write that there is no time. */
const iso = (ms: number | null | undefined): string =>
  ms === null || ms === undefined ? '0001-01-01T00:00:00.000Z' : new Date(ms).toISOString()

const refusal = (status: number, code: string): Reply =>
  json({ errors: [{ code, message: code.toLowerCase().replaceAll('_', ' ') }] }, {}, status)
