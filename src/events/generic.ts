import { createHash, createHmac } from 'node:crypto'
import { readForeignName, type ForeignName } from '../image/foreign-name.ts'
import { readJsonText, textOf } from '../lib/json-fields.ts'
import { isSameSecret } from '../lib/same-secret.ts'
import type { EventRequest, EventSource, EventSourceOptions } from './event-source.ts'

/** How far the sender's clock may be from ours, either way. */
const skewMaxMs = 300_000

const timestampHeader = 'x-longshore-timestamp'
const signatureHeader = 'x-longshore-signature'

/** What a job that has just pushed an image says of it: `{"image": "[host/]path[:tag]", "digest"?: "sha256:…"}`, signed. */
export function createGenericSource({ registry }: EventSourceOptions): EventSource {
  return {
    verify(request, secret) {
      const timestamp = only(request, timestampHeader)
      const [, signature = ''] = /^sha256=([a-f0-9]{64})$/i.exec(only(request, signatureHeader)) ?? []
      const wanted = createHmac('sha256', secret.reveal()).update(`${timestamp}.`).update(request.body).digest('hex')
      // Always computed, so that a wrong timestamp takes no less time than a wrong signature.
      const isSigned = isSameSecret(signature.toLowerCase(), wanted)
      return isSigned && isRecent(timestamp, request.receivedAt)
    },
    parse(request) {
      const json = readJsonText(request.body)
      const named = textOf(json, 'image')
      if (named === null) return null
      const foreign = splitImage(named)
      const image = readForeignName(registry, { ...foreign, digest: textOf(json, 'digest') ?? foreign.digest }, true)
      return image === null ? [] : [{ id: idOf(request), kind: 'pushed', image }]
    },
  }
}

/** The value of a header that stands there once; else empty. */
function only({ headers }: EventRequest, name: string): string {
  const [value, ...more] = headers[name] ?? []
  return value === undefined || more.length > 0 ? '' : value
}

function isRecent(timestamp: string, now: number): boolean {
  return /^\d{1,12}$/.test(timestamp) && Math.abs(Number(timestamp) * 1000 - now) <= skewMaxMs
}

/** Without a tag it is the one that engines fill in. */
function splitImage(image: string): ForeignName {
  const [, name = image, tag, digest] = /^(.*?)(?::([^:/@]*))?(?:@([a-z0-9]+:[a-f0-9]+))?$/s.exec(image) ?? []
  return { name, tag: tag ?? (digest === undefined ? 'latest' : null), digest: digest ?? null }
}

/** The same request sent again is the same event; the same image in a later one is not. */
function idOf(request: EventRequest): string {
  return createHash('sha256')
    .update(`${only(request, timestampHeader)}.`)
    .update(request.body)
    .digest('hex')
}
