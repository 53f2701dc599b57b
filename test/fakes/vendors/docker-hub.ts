import { randomUUID } from 'node:crypto'
import { json } from '../registry/dialect.ts'
import type { Dialect, DialectTools } from '../registry/dialect.ts'
import type { Reply } from '../registry/reply.ts'
import type { Incoming } from '../registry/routes.ts'

export interface HubOptions {
  readonly username: string
  readonly password: string
  /** Told with every manifest; none for accounts without a limit. */
  readonly pulls?: { remaining: number; readonly limit: number }
  /** Whether pulls are refused when none are left. */
  readonly refusesPulls?: boolean
  /** Tags whose digest Docker Hub forgot. */
  readonly withoutDigest?: ReadonlySet<string>
  /** Whether `ordering` is obeyed, as nobody promises. */
  readonly ignoresOrdering?: boolean
  /** The tokens that its API takes; a test may withdraw them. */
  readonly tokens?: Set<string>
}

/** In the words of its documentation. @see Docker Hub, "Usage and limits" */
const noPullsLeft: Reply = json(
  {
    errors: [
      {
        code: 'TOOMANYREQUESTS',
        message:
          'You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit',
      },
    ],
  },
  {},
  429,
)
/** What is said to whoever asks too often for anything at all. */
export const tooOften = { kind: 'status', status: 429, body: 'Too Many Requests\n' } as const

const tagsPath = /^\/v2\/namespaces\/([^/]+)\/repositories\/([^/]+)\/tags$/
const pageSizeMax = 100

/** Docker Hub: its own API beside the registry, at the same address here. @see Docker Hub API, "List repository tags" */
export function hubDialect(options: HubOptions): Dialect {
  const { tokens = new Set<string>() } = options
  return {
    answer(incoming, tools) {
      const { pathname } = incoming.url
      if (pathname === '/v2/auth/token') return signIn(options, tokens, incoming)
      const [, namespace, name] = tagsPath.exec(pathname) ?? []
      return namespace === undefined ? null : listTags(options, tokens, `${namespace}/${name}`, incoming, tools)
    },
    finish(reply, { kind }) {
      if (!options.pulls || (kind !== 'head' && kind !== 'get')) return reply
      const isPull = kind === 'get' && reply.status === 200
      const isRefused = isPull && options.refusesPulls === true && options.pulls.remaining <= 0
      if (isPull && !isRefused) options.pulls.remaining -= 1
      const { limit, remaining } = options.pulls
      const headers = {
        'ratelimit-limit': `${limit};w=21600`,
        'ratelimit-remaining': `${remaining};w=21600`,
        'docker-ratelimit-source': '198.51.100.7',
      }
      const answered = isRefused ? noPullsLeft : reply
      return { ...answered, headers: { ...answered.headers, ...headers } }
    },
  }
}

function signIn({ username, password }: HubOptions, tokens: Set<string>, { body }: Incoming): Reply {
  const given = JSON.parse(`${body}`)
  if (given.identifier !== username || given.secret !== password) {
    return json({ detail: 'Incorrect authentication credentials' }, {}, 401)
  }
  const token = randomUUID()
  tokens.add(token)
  return json({ access_token: token })
}

function listTags(
  { withoutDigest = new Set(), ignoresOrdering }: HubOptions,
  tokens: ReadonlySet<string>,
  repository: string,
  { url, headers }: Incoming,
  { content, url: base }: DialectTools,
): Reply {
  const { authorization } = headers
  if (authorization !== undefined && !tokens.has(String(authorization).replace('Bearer ', ''))) {
    return json({ message: 'unauthorized', errinfo: {} }, {}, 401)
  }
  const size = Number(url.searchParams.get('page_size') ?? 10)
  const page = Number(url.searchParams.get('page') ?? 1)
  if (size > pageSizeMax) return json({ message: 'page_size is too large', errinfo: {} }, {}, 400)
  const tags = content.tags(repository)
  if (!tags) return json({ message: 'httperror 404: object not found', errinfo: {} }, {}, 404)
  const pushed = content.pushes(repository).tags
  const byTime = (one: string, other: string): number => (pushed.get(other) ?? 0) - (pushed.get(one) ?? 0)
  const isNewestFirst = ignoresOrdering !== true && url.searchParams.get('ordering') === 'last_updated'
  const all = isNewestFirst ? tags.toSorted(byTime) : tags
  const results = all.slice((page - 1) * size, page * size).map((name) => {
    const at = new Date(pushed.get(name) ?? 0).toISOString()
    const digest = withoutDigest.has(name) ? null : content.manifest(repository, name)?.digest
    const times = { last_updated: at, tag_last_pushed: at, tag_last_pulled: null }
    return { id: 1, name, digest, ...times, repository: 1, full_size: 1024, v2: 'true', status: 'active', images: [] }
  })
  const next = `${base}${url.pathname}?page_size=${size}&page=${page + 1}`
  return json({ count: all.length, next: page * size < all.length ? next : null, previous: null, results })
}
