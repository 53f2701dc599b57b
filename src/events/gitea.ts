import { fieldOf, readJsonText, textOf } from '../lib/json-fields.ts'
import type { EventSource, EventSourceOptions, ImageEvent } from './event-source.ts'
import { idFrom } from './format/ids.ts'
import { imageEvents } from './format/image-events.ts'
import { onlyHeader } from './proof/header.ts'
import { isHexSignature } from './proof/hmac.ts'

const kinds: ReadonlyMap<string, ImageEvent['kind']> = new Map([
  ['created', 'pushed'],
  ['deleted', 'deleted'],
])

/** Forgejo sends its own and Gitea's, with the same value. */
const signatureHeaders = ['x-forgejo-signature', 'x-gitea-signature']
const deliveryHeaders = ['x-forgejo-delivery', 'x-gitea-delivery']

/**
 * Package events of Gitea and Forgejo. The version of a container package is its tag, or a digest for what has none; a
 * tag that is pushed again is `created` again.
 *
 * @see Gitea, "Webhooks", and `PackagePayload` in modules/structs/hook.go
 */
export function createGiteaSource({ registry }: EventSourceOptions): EventSource {
  return {
    verify(request, secret) {
      const given = signatureHeaders.map((name) => onlyHeader(request, name)).find((each) => each !== '')
      // One that comes twice is as good as none, and must not be rescued by the other.
      const isDoubled = signatureHeaders.some((name) => (request.headers[name] ?? []).length > 1)
      return isHexSignature(given ?? '', secret, request.body) && !isDoubled
    },
    parse(request) {
      const json = readJsonText(request.body)
      if (typeof json !== 'object' || json === null) return null
      const found = fieldOf(json, 'package')
      const kind = kinds.get(textOf(json, 'action') ?? '')
      // Also "Test delivery", which tells of a push to the code.
      if (kind === undefined || textOf(found, 'type') !== 'container') return []
      const owner = fieldOf(found, 'owner')
      const namespace = textOf(owner, 'login') ?? textOf(owner, 'username')
      const [named, version] = [textOf(found, 'name'), textOf(found, 'version')]
      if (namespace === null || named === null) return []
      const id = deliveryHeaders.map((name) => onlyHeader(request, name)).find((each) => each !== '')
      return imageEvents(registry, {
        kind,
        id: id ?? idFrom(request.body),
        image: { name: `${namespace}/${named}`, tag: version, digest: null },
      })
    },
  }
}
