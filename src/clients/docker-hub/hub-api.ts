import { z } from 'zod'
import type { Digest } from '../../image/digest.ts'
import { isDigest } from '../../image/digest.ts'
import { jsonOf, misshapen } from '../../lib/vendor-api.ts'
import type { CallVendor } from '../../lib/vendor-api.ts'

/** One row of Docker Hub's list of tags. */
export interface HubTag {
  readonly name: string
  /** Of the index, or of the manifest of a single-platform image; null on tags of before 2022. */
  readonly digest: Digest | null
  /** When the tag was pushed last, in milliseconds since 1970; null when Docker Hub forgot. */
  readonly pushedAt: number | null
  /** What the list is ordered by. */
  readonly updatedAt: number | null
}

/** One page of it. */
export interface HubPage {
  readonly tags: readonly HubTag[]
  readonly isLast: boolean
}

/** The largest page that there is; more is answered with an error. @see Docker Hub API, "List repository tags" */
const pageSize = 100

const pageSchema = z.object({
  next: z.string().nullish(),
  results: z.array(
    z.object({
      name: z.string(),
      digest: z.string().nullish(),
      tag_last_pushed: z.string().nullish(),
      last_updated: z.string().nullish(),
    }),
  ),
})

const tokenSchema = z.object({ access_token: z.string().regex(/^[\x21-\x7e]+$/) })

/**
 * One page of the tags of `library/nginx`, newest first. That `ordering` does so is written nowhere; whoever relies on
 * the order has to look whether it holds.
 *
 * Assumed of Docker Hub: `ordering=last_updated` is taken below `/v2/namespaces/`, and is no error where it is not obeyed.
 *
 * @param page from 1
 * @param token null as a stranger
 */
export async function readHubPage(
  call: CallVendor,
  { url: base, repository, page, token }: { url: string; repository: string; page: number; token: string | null },
  signal: AbortSignal,
): Promise<HubPage> {
  const [namespace = '', name = ''] = repository.split('/')
  const url = new URL(`${base}/v2/namespaces/${namespace}/repositories/${name}/tags`)
  url.search = `?page_size=${pageSize}&page=${page}&ordering=last_updated`
  const headers = token === null ? {} : { authorization: `Bearer ${token}` }
  const request = { method: 'GET', url, headers, subject: `tags of docker.io/${repository}` } as const
  const parsed = pageSchema.safeParse(jsonOf(await call(request, signal), request))
  if (!parsed.success) throw misshapen(request, parsed.error)
  const { next, results } = parsed.data
  return { tags: results.map(toTag), isLast: !next }
}

/**
 * A token for Docker Hub's own API; it lives for ten minutes.
 *
 * Assumed of Docker Hub: the token of an organisation, with its name, is taken here as a person's is, and may list tags.
 * @see Docker Hub API, "Create access token"
 */
export async function createHubToken(
  call: CallVendor,
  { url: base, username, password }: { url: string; username: string; password: string },
  signal: AbortSignal,
): Promise<string> {
  const request = {
    method: 'POST',
    url: new URL(`${base}/v2/auth/token`),
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ identifier: username, secret: password }),
    subject: 'sign-in at Docker Hub',
    isSafe: true,
  } as const
  const parsed = tokenSchema.safeParse(jsonOf(await call(request, signal), request))
  if (!parsed.success) throw misshapen(request, null) // the cause would hold the token
  return parsed.data.access_token
}

function toTag({
  name,
  digest,
  tag_last_pushed: pushed,
  last_updated: updated,
}: z.infer<typeof pageSchema>['results'][number]): HubTag {
  return {
    name,
    digest: typeof digest === 'string' && isDigest(digest) ? digest : null,
    pushedAt: timeOf(pushed ?? updated),
    updatedAt: timeOf(updated ?? pushed),
  }
}

/** Docker Hub writes the year 1 where it knows no time. */
function timeOf(text: string | null | undefined): number | null {
  const time = Date.parse(text ?? '')
  return time > 0 ? time : null
}
