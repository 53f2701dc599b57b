import type { IncomingHttpHeaders } from 'node:http'
import { AppError } from '../../../errors.ts'

/** Pages begin with no more blanks than that, and what does is read as what it should be. */
export const blanksMax = 4096

/** Whether the headers leave it open. What a registry gives for HTML by mistake has a digest all the same. */
export const mayBeWebPage = (headers: IncomingHttpHeaders): boolean =>
  headers['content-type']?.startsWith('text/html') === true && headers['docker-content-digest'] === undefined

/** @param body or its beginning */
export function isWebPage(headers: IncomingHttpHeaders, body: Buffer): boolean {
  return mayBeWebPage(headers) && /^\s*</.test(body.toString('latin1', 0, blanksMax + 1))
}

/** Whether the beginning of a body does not tell yet what it is. */
export const isBlank = (body: Buffer): boolean => !/\S/.test(body.toString('latin1'))

/** A web page where a registry was to answer. Without a cause: whoever stands there now may be gone in a moment. */
export function webPageFailure({ url }: { readonly url: URL }, subject: string): AppError {
  const message = `${subject}: ${url.host} answered with a web page, as a proxy in between or another server does`
  return new AppError('REGISTRY_UNAVAILABLE', message)
}
