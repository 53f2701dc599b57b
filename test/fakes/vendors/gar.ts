import { verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { json } from '../registry/dialect.ts'
import type { Dialect, DialectTools } from '../registry/dialect.ts'
import type { Incoming } from '../registry/routes.ts'
import type { Reply } from '../registry/reply.ts'

export interface GarOptions {
  /** What the registry takes beside the name `oauth2accesstoken`; handed out by each way of signing in. */
  readonly accessToken: string
  readonly lifeSeconds?: number
  /** Of the service account whose signed requests are answered. */
  readonly serviceAccount?: { readonly email: string; readonly publicKey: KeyObject }
  /** What the token of a workload identity has to be. */
  readonly subjectToken?: string
  /** Whether the machine is one of Google's: answers as its metadata service. */
  readonly isOnGoogle?: boolean
}

const tagsPath = /^\/v2\/(.+)\/tags\/list$/
const pageSizeMax = 10_000

/** Google Artifact Registry, and the services of Google that hand out tokens for it, at one address. */
export function garDialect(options: GarOptions): Dialect {
  const granted = (): Reply =>
    json({ access_token: options.accessToken, expires_in: options.lifeSeconds ?? 3600, token_type: 'Bearer' })
  return {
    answer(incoming, tools) {
      const { pathname, searchParams } = incoming.url
      if (pathname === '/v2/token') return exchange(incoming, tools)
      if (pathname === '/oauth2/token') return isSigned(options, incoming) ? granted() : refused()
      if (pathname === '/sts/token') {
        const form = new URLSearchParams(`${incoming.body}`)
        return form.get('subject_token') === options.subjectToken ? granted() : refused()
      }
      if (pathname.startsWith('/computeMetadata/')) return metadata(options, incoming, granted)
      const [, repository] = tagsPath.exec(pathname) ?? []
      if (repository === undefined || incoming.method !== 'GET') return null
      const signedIn = tools.signIn.refuse(incoming.headers['authorization'] as string | undefined, repository, 'tags')
      return signedIn ?? listTags(repository, searchParams, incoming.url, tools)
    },
  }
}

/** The registry's own token service; the registry itself is told of the user by the fake's sign-in. */
function exchange({ headers, url }: Incoming, { signIn }: DialectTools): Reply {
  return signIn.token(headers['authorization'] as string | undefined, url.searchParams)
}

const refused = (): Reply => json({ error: 'invalid_grant', error_description: 'Invalid JWT Signature.' }, {}, 400)

/** Google's answer to a service account: its assertion has to be signed with its key. @see RFC 7523 */
function isSigned({ serviceAccount }: GarOptions, { body }: Incoming): boolean {
  const form = new URLSearchParams(`${body}`)
  const [head = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.')
  if (!serviceAccount || form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') return false
  const { iss, scope } = JSON.parse(Buffer.from(claims, 'base64url').toString())
  const isOurs = iss === serviceAccount.email && String(scope).includes('cloud-platform')
  const text = Buffer.from(`${head}.${claims}`)
  return isOurs && verify('RSA-SHA256', text, serviceAccount.publicKey, Buffer.from(signature, 'base64url'))
}

function metadata({ isOnGoogle }: GarOptions, { url, headers }: Incoming, granted: () => Reply): Reply {
  if (isOnGoogle !== true || headers['metadata-flavor'] !== 'Google') return json({}, {}, 404)
  const reply = url.pathname.endsWith('/token') ? granted() : json({ default: { email: 'default' } })
  return { ...reply, headers: { ...reply.headers, 'metadata-flavor': 'Google' } }
}

/** The tag list with every manifest beside it. */
function listTags(repository: string, query: URLSearchParams, url: URL, { content }: DialectTools): Reply {
  const tags = content.tags(repository)
  if (!tags) return json({ errors: [{ code: 'NAME_UNKNOWN', message: 'Repository not found.' }] }, {}, 404)
  const size = Math.min(Number(query.get('n') ?? pageSizeMax), pageSizeMax)
  const last = query.get('last')
  const rest = tags.filter((tag) => last === null || tag > last)
  const shown = rest.slice(0, size)
  const manifest = Object.fromEntries(
    [...content.pushes(repository).digests].map(([digest, pushedAt]) => [
      digest,
      {
        imageSizeBytes: '1024',
        layerId: '',
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        tag: shown.filter((tag) => content.manifest(repository, tag)?.digest === digest),
        timeCreatedMs: '0',
        timeUploadedMs: `${pushedAt}`,
      },
    ]),
  )
  const next = `<${url.pathname}?n=${size}&last=${shown.at(-1) ?? ''}>; rel="next"`
  return json({ child: [], manifest, name: repository, tags: shown }, rest.length > size ? { link: next } : {})
}
