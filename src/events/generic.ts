import { createHash } from 'node:crypto'
import { readForeignName, type ForeignName } from '../image/foreign-name.ts'
import { readJsonText, textOf } from '../lib/json-fields.ts'
import type { EventRequest, EventSource, EventSourceOptions } from './event-source.ts'
import { readSenderTime } from './format/sender-time.ts'
import { onlyHeader } from './proof/header.ts'
import { isHexSignature } from './proof/hmac.ts'
import { isRecent } from './proof/recent.ts'

const timestampHeader = 'x-longshore-timestamp'
const signatureHeader = 'x-longshore-signature'

/** What a job that has just pushed an image says of it: `{"image": "[host/]path[:tag]", "digest"?: "sha256:…"}`, signed. */
export function createGenericSource({ registry }: EventSourceOptions): EventSource {
  return {
    verify(request, secret) {
      const timestamp = onlyHeader(request, timestampHeader)
      const [, signature = ''] = /^sha256=([a-f0-9]{64})$/i.exec(onlyHeader(request, signatureHeader)) ?? []
      // Always computed, so that a wrong timestamp takes no less time than a wrong signature.
      const isSigned = isHexSignature(signature, secret, `${timestamp}.`, request.body)
      return isSigned && isRecent(timestamp, request.receivedAt)
    },
    parse(request) {
      const json = readJsonText(request.body)
      const named = textOf(json, 'image')
      if (named === null) return null
      const foreign = splitImage(named)
      const image = readForeignName(registry, { ...foreign, digest: textOf(json, 'digest') ?? foreign.digest }, true)
      const occurredAt = readSenderTime(Number(onlyHeader(request, timestampHeader)))
      return image === null
        ? []
        : [{ id: idOf(request), kind: 'pushed', image, ...(occurredAt !== null && { occurredAt }) }]
    },
  }
}

/** Without a tag it is the one that engines fill in. */
function splitImage(image: string): ForeignName {
  const [, name = image, tag, digest] = /^(.*?)(?::([^:/@]*))?(?:@([a-z0-9]+:[a-f0-9]+))?$/s.exec(image) ?? []
  return { name, tag: tag ?? (digest === undefined ? 'latest' : null), digest: digest ?? null }
}

/** The same request sent again is the same event; the same image in a later one is not. */
function idOf(request: EventRequest): string {
  return createHash('sha256')
    .update(`${onlyHeader(request, timestampHeader)}.`)
    .update(request.body)
    .digest('hex')
}
