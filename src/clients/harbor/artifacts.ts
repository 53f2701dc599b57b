import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Digest } from '../../image/digest.ts'
import { isDigest } from '../../image/digest.ts'
import { jsonOf, misshapen } from '../../lib/vendor-api.ts'
import type { CallVendor } from '../../lib/vendor-api.ts'

/** One tag as Harbor's own API shows it. */
export interface HarborTag {
  readonly name: string
  readonly digest: Digest | null
  /** When the tag last came to name another digest, in milliseconds since 1970. */
  readonly pushedAt: number | null
}

export interface HarborQuestion {
  /** Of the server: `https://harbor.example.com`. */
  readonly url: string
  /** `project/name`, with as many names as there are. */
  readonly repository: string
  readonly authorization: string | null
}

const artifactsSchema = z.array(
  z.object({
    digest: z.string(),
    tags: z.array(z.object({ name: z.string(), push_time: z.string().nullish() })).nullish(),
  }),
)

/** The largest page that Harbor gives. */
const pageSize = 100
const pagesMax = 1000

/**
 * All tags of a repository, page by page, newest artifacts first, until `isEnough`. A tag that was put on an older
 * artifact stands where that does, so that no earlier page tells that there is nothing new behind it.
 *
 * Assumed of Harbor: a page of fewer than 100 without a `Link` to the next is the last, a robot with the right to pull may
 * list artifacts, and the time of a tag moves only when it comes to name another digest.
 *
 * @see Harbor API, listArtifacts
 */
export async function readHarborTags(
  call: CallVendor,
  { url: base, repository, authorization }: HarborQuestion,
  isEnough: (names: ReadonlySet<string>) => boolean,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, HarborTag>> {
  const slash = repository.indexOf('/')
  const project = encodeURIComponent(repository.slice(0, slash))
  // Harbor decodes twice: what stands before its API takes %2F for a part of the path.
  const name = encodeURIComponent(encodeURIComponent(repository.slice(slash + 1)))
  const found = new Map<string, HarborTag>()
  const subject = `artifacts of ${repository}`
  const seen = new Set<string>()
  let query = queryOf(1)
  for (let page = 1; page <= pagesMax; page += 1) {
    const url = new URL(`${base}/api/v2.0/projects/${project}/repositories/${name}/artifacts`)
    url.search = query
    if (seen.has(url.search)) throw new AppError('REGISTRY_INTEGRITY', `${subject}: its pages go in a circle`)
    seen.add(url.search)
    const request = { method: 'GET', url, headers: authorization === null ? {} : { authorization }, subject } as const
    const answer = await call(request, signal)
    const parsed = artifactsSchema.safeParse(jsonOf(answer, request))
    if (!parsed.success) throw misshapen(request, parsed.error)
    for (const { digest, tags } of parsed.data) {
      for (const { name: tag, push_time: pushed } of tags ?? []) {
        // The first counts: what is pushed while we read moves the others to a later page.
        if (!found.has(tag))
          found.set(tag, { name: tag, digest: isDigest(digest) ? digest : null, pushedAt: timeOf(pushed) })
      }
    }
    const isLast = answer.next === null && parsed.data.length < pageSize
    if (isLast || isEnough(new Set(found.keys()))) return found
    // Of the link only the query is followed, below our own path: behind proxies the link's is another one.
    query = answer.next?.search ?? queryOf(page + 1)
  }
  throw new AppError('REGISTRY_TOO_LARGE', `${subject}: more than ${pagesMax} pages`)
}

const queryOf = (page: number): string => `?page=${page}&page_size=${pageSize}&with_tag=true&sort=-push_time`

/** Go writes the year 1 where there is no time. */
function timeOf(text: string | null | undefined): number | null {
  const time = Date.parse(text ?? '')
  return time > 0 ? time : null
}
