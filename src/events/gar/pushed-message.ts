import { fieldOf, readJsonText, textOf } from '../../lib/json-fields.ts'
import type { ImageEvent } from '../event-source.ts'
import { idFrom } from '../format/ids.ts'
import { imageEvents } from '../format/image-events.ts'

const kinds: ReadonlyMap<string, ImageEvent['kind']> = new Map([
  ['INSERT', 'pushed'],
  ['DELETE', 'deleted'],
])

/**
 * A message of the topic `gcr` as Pub/Sub pushes it. A push of an image is told once by its digest alone, and once more
 * for each tag.
 *
 * @returns null when it is none
 */
export function readPushedMessage(registry: string, body: Uint8Array): readonly ImageEvent[] | null {
  const message = fieldOf(readJsonText(body), 'message')
  const data = textOf(message, 'data')
  if (data === null) return null
  const told = readJsonText(Buffer.from(data, 'base64'))
  const action = textOf(told, 'action')
  if (action === null) return null
  const kind = kinds.get(action)
  const [byTag, byDigest] = [textOf(told, 'tag'), textOf(told, 'digest')]
  const [, name, tag = null] = /^([^:@]+)(?::([^:@/]+))?$/.exec(byTag ?? '') ?? []
  const [, nameByDigest, digest = null] =
    /^([^@]+)@(sha(?:256:[a-f0-9]{64}|512:[a-f0-9]{128}))$/.exec(byDigest ?? '') ?? []
  const place = name ?? nameByDigest
  // A name without a host would be taken for one at this registry.
  if (kind === undefined || place?.startsWith(`${registry}/`) !== true) return []
  const id = textOf(message, 'messageId') ?? textOf(message, 'message_id') ?? idFrom(body)
  const at = textOf(message, 'publishTime') ?? textOf(message, 'publish_time')
  return imageEvents(registry, { kind, id, at, image: { name: place.slice(registry.length + 1), tag, digest } })
}
