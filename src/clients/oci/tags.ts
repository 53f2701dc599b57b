import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { ask } from './ask.ts'
import type { AskDeps } from './ask.ts'
import type { RepositoryName } from './credentials.ts'
import type { HttpAnswer } from './exchange.ts'
import { nextLink } from './link.ts'

/** The largest page that no registry refuses; ECR answers 405 to more. */
const pageSize = 1000

const pageSchema = z.object({ tags: z.array(z.string()).nullish() })

/**
 * All tags, in the registry's order. A page shorter than asked for is not the last one: only a missing `Link` is.
 *
 * @throws REGISTRY_* by class of failure of any page; REGISTRY_TOO_LARGE beyond the limits of pages, tags or bytes
 */
export async function listTags(
  deps: AskDeps,
  repository: RepositoryName,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { limits } = deps
  const subject = `${repository.registry}/${repository.repository}`
  const tags = new Set<string>() // some registries repeat the tag at the seam of two pages
  const seen = new Set<string>()
  let query: string | null = `?n=${pageSize}`
  let bytesLeft = limits.tagListBytes
  while (query !== null) {
    if (seen.has(query))
      throw new AppError('REGISTRY_INTEGRITY', `${subject}: the pages of its tag list go in a circle`)
    if (seen.size === limits.tagPages) throw tooMany(subject, `${limits.tagPages} pages of tags`)
    seen.add(query)
    const path = `tags/list${query}`
    const question = { repository, method: 'GET', path, headers: {}, bodyBytesMax: bytesLeft, subject } as const
    const answer = await ask(deps, question, signal)
    bytesLeft -= answer.body.length
    for (const tag of readTags(answer, subject)) tags.add(tag)
    if (tags.size > limits.tags) throw tooMany(subject, `${limits.tags} tags`)
    query = nextQuery(answer, subject)
  }
  return [...tags]
}

/** What is no tag by the specification cannot be asked for, and is left out. */
function readTags({ body }: HttpAnswer, subject: string): readonly string[] {
  try {
    const page = pageSchema.parse(JSON.parse(body.toString('utf8')))
    return (page.tags ?? []).filter((tag) => /^\w[\w.-]{0,127}$/.test(tag))
  } catch (cause) {
    throw new AppError('REGISTRY_INTEGRITY', `${subject}: the answer is no list of tags`, { cause })
  }
}

/**
 * Of a link only the query is followed, below our own path: behind proxies and in JFrog the link's path is another one.
 */
function nextQuery({ headers, url }: HttpAnswer, subject: string): string | null {
  const link = typeof headers.link === 'string' ? nextLink(headers.link) : null
  if (link === null) return null
  const next = URL.parse(link, url.href)
  if (!next || next.origin !== url.origin || next.username || next.password) {
    throw new AppError('REGISTRY_REFUSED', `${subject}: the next page of its tags is said to lie elsewhere`)
  }
  return next.search
}

function tooMany(subject: string, what: string): AppError {
  return new AppError('REGISTRY_TOO_LARGE', `${subject}: more than ${what}`)
}
