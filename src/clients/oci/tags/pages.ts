import { AppError } from '../../../errors.ts'
import type { AskDeps } from '../ask.ts'
import type { RepositoryName } from '../credentials/credentials.ts'
import { askRegistry } from '../no-registry.ts'
import type { Urgency } from '../pace/urgency.ts'
import type { BodySink } from '../wire/body-sink.ts'
import type { HttpAnswer } from '../wire/exchange.ts'
import { nextLink } from './link.ts'

/** Of one value of a page: more than the longest name, or a manifest with thousands of them. */
export const valueBytesMax = 1024 * 1024

/** Which list is read, and where what it holds goes. */
export interface TagListing {
  readonly repository: RepositoryName
  /** Tags of one page. */
  readonly pageSize: number
  readonly urgency: Urgency
  /**
   * Opened for each try of each page; what an earlier try of the same page wrote is to be forgotten. A SyntaxError of it
   * means that the answer is no page of tags.
   *
   * @param heldBytesMax of what is kept of all pages
   */
  readonly openPage: (page: number, subject: string, heldBytesMax: number) => BodySink
}

/**
 * Reads all pages of a tag list, of the registry itself: a mirror may hold a part of them. A page shorter than asked for
 * is not the last one: only a missing `Link` is. Never a part: an error on any page is the error of all.
 *
 * @throws REGISTRY_* by class of failure of any page; beyond the limits of pages or bytes REGISTRY_TOO_LARGE, beyond that
 * of time REGISTRY_UNAVAILABLE
 */
export async function readTagPages(deps: AskDeps, listing: TagListing, signal: AbortSignal): Promise<void> {
  const { limits, timing } = deps
  const beganAt = timing.now()
  const { repository, urgency } = listing
  const subject = `${repository.registry}/${repository.repository}`
  const seen = new Set<string>()
  let query: string | null = `?n=${listing.pageSize}`
  let bytesLeft = limits.tagListBytes
  const read = (answer: HttpAnswer): string | null => nextQuery(answer, subject)
  const question = { repository, method: 'GET', headers: {}, subject, urgency, isMirrored: false, read } as const
  while (query !== null) {
    if (seen.has(query))
      throw new AppError('REGISTRY_INTEGRITY', `${subject}: the pages of its tag list go in a circle`)
    if (seen.size === limits.tagPages) {
      throw new AppError('REGISTRY_TOO_LARGE', `${subject}: more than ${limits.tagPages} pages of tags`)
    }
    if (seen.size > 0 && timing.now() - beganAt >= limits.tagListMs) {
      const message = `${subject}: ${seen.size} pages of its tag list took ${limits.tagListMs / 60_000} minutes, and there are more`
      throw new AppError('REGISTRY_UNAVAILABLE', message)
    }
    seen.add(query)
    const page = seen.size
    let bytes = 0
    const openSink = (): BodySink => {
      bytes = 0
      const sink = listing.openPage(page, subject, limits.tagNamesBytes)
      return {
        write(chunk) {
          bytes += chunk.length
          asPage(subject, () => sink.write(chunk))
        },
        end: () => asPage(subject, () => sink.end()),
      }
    }
    const path: string = `tags/list${query}`
    query = await askRegistry(deps, { ...question, path, bodyBytesMax: bytesLeft, openSink }, signal)
    bytesLeft -= bytes
  }
}

function asPage(subject: string, read: () => void): void {
  try {
    read()
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new AppError('REGISTRY_INTEGRITY', `${subject}: the answer is no list of tags`, { cause })
  }
}

/**
 * Of a link only the query is followed, below our own path: behind proxies and in JFrog the link's path is another one. A
 * registry behind a proxy that ends TLS may not know that it is reached by https, and write http.
 *
 * Assumed of JFrog Artifactory: the query of its `Link` to the next page is right where the path is not.
 */
function nextQuery({ headers, url }: HttpAnswer, subject: string): string | null {
  const link = nextLink(headers, subject)
  if (link === null) return null
  const next = URL.parse(link, url.href)
  if (next?.protocol === 'http:') next.protocol = url.protocol
  if (!next || next.origin !== url.origin || next.username || next.password) {
    throw new AppError('REGISTRY_REFUSED', `${subject}: the next page of its tags is said to lie elsewhere`)
  }
  return next.search
}
