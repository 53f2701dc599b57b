import { fieldOf, readJsonText, textOf } from '../lib/json-fields.ts'
import type { EventRequest, EventSource, EventSourceOptions } from './event-source.ts'
import { idFrom } from './format/ids.ts'
import { imageEvents } from './format/image-events.ts'
import { onlyHeader } from './proof/header.ts'
import { isHexSignature } from './proof/hmac.ts'

/** What GitHub calls the package in the body, by which of its two events it is. */
const packageKeys = ['registry_package', 'package'] as const

const actions: ReadonlySet<string> = new Set(['published', 'updated'])

/**
 * Webhooks of GitHub for packages of the container registry. Both events for them are read, as JSON and as a form.
 *
 * @see GitHub, "Webhook events and payloads: package, registry_package" and "Validating webhook deliveries"
 */
export function createGhcrSource({ registry }: EventSourceOptions): EventSource {
  return {
    verify(request, secret) {
      const [, signature = ''] = /^sha256=([a-f0-9]{64})$/i.exec(onlyHeader(request, 'x-hub-signature-256')) ?? []
      return isHexSignature(signature, secret, request.body)
    },
    parse(request) {
      const json = readJsonText(isForm(request) ? payloadOf(request.body) : request.body)
      if (typeof json !== 'object' || json === null) return null
      const found = packageKeys.map((key) => fieldOf(json, key)).find(isObject)
      // Also `ping`, and whatever else the webhook was left to send.
      if (found === undefined || !actions.has(textOf(json, 'action') ?? '')) return []
      const image = imageOf(found)
      if (image === null) return []
      const id = onlyHeader(request, 'x-github-delivery') || idFrom(request.body)
      return imageEvents(registry, { kind: 'pushed', id, image })
    },
  }
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null

const isForm = (request: EventRequest): boolean =>
  /^application\/x-www-form-urlencoded\b/i.test(onlyHeader(request, 'content-type'))

/** It is the only field; a form of a million others is not taken apart. */
function payloadOf(body: Uint8Array): string {
  const [, encoded = ''] = /^payload=([^&]*)$/.exec(Buffer.from(body).toString('latin1')) ?? []
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '))
  } catch {
    return ''
  }
}

/** The type of the package is not trusted: GitHub's own samples name another than `container`. */
function imageOf(found: unknown) {
  const version = fieldOf(found, 'package_version')
  const container = fieldOf(version, 'container_metadata')
  const named = textOf(found, 'name')
  const namespace = textOf(found, 'namespace') ?? textOf(fieldOf(found, 'owner'), 'login')
  if (container === undefined || named === null || namespace === null) return null
  const tag = fieldOf(container, 'tag')
  const [ofTag, ofVersion] = [textOf(tag, 'digest'), textOf(version, 'version')]
  return {
    name: `${namespace}/${named}`,
    // Empty for a platform's manifest.
    tag: textOf(tag, 'name'),
    // They were seen to differ, and nobody says which of them the tag names then: so no digest is waited for.
    digest: ofTag === null || ofVersion === null || ofTag === ofVersion ? (ofTag ?? ofVersion) : null,
  }
}
