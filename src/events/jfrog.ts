import { fieldOf, readJsonText, textOf } from '../lib/json-fields.ts'
import type { EventSource, EventSourceOptions, ImageEvent } from './event-source.ts'
import { idFrom } from './format/ids.ts'
import { imageEvents } from './format/image-events.ts'
import { isInHeader, onlyHeader } from './proof/header.ts'
import { isHexSignature } from './proof/hmac.ts'

interface JfrogOptions extends EventSourceOptions {
  /**
   * Below which paths the images of a repository of Artifactory are found, where that is not its key: those of the
   * virtual repositories that it belongs to, or empty text where the host stands for the repository.
   */
  readonly paths: ReadonlyMap<string, readonly string[]>
}

const header = 'x-jfrog-event-auth'

const kinds: ReadonlyMap<string, ImageEvent['kind']> = new Map([
  ['pushed', 'pushed'],
  ['deleted', 'deleted'],
  // Assumed: it names the repository that the image was promoted to.
  ['promoted', 'pushed'],
])

/**
 * Webhooks of Artifactory for Docker repositories. The header holds the secret, or, with "use secret for payload
 * signing", the HMAC-SHA256 of the body in hex: the documentation names it a signature, and no algorithm.
 *
 * @see JFrog, "Webhooks: domain docker"
 */
export function createJfrogSource({ registry, paths }: JfrogOptions): EventSource {
  return {
    verify(request, secret) {
      const ways = [
        isInHeader(request, header, secret),
        isHexSignature(onlyHeader(request, header), secret, request.body),
      ]
      return ways.includes(true)
    },
    showsSecret: (head, secret) => isInHeader(head, header, secret),
    parse({ body }) {
      const json = readJsonText(body)
      // The documentation shows it with and without the envelope.
      const data = fieldOf(json, 'data') ?? json
      const type = textOf(json, 'event_type') ?? textOf(data, 'event_type')
      if (type === null) return null
      const kind = kinds.get(type)
      const key = textOf(data, 'repo_key')
      const name = textOf(data, 'image_name')
      if (kind === undefined || key === null || name === null) return []
      const [tag, hash] = [textOf(data, 'tag'), textOf(data, 'sha256')]
      // Nothing tells what is sent again from a tag that went back to what it named before.
      const told = { kind, id: idFrom(body), idRecurs: true } as const
      const digest = hash === null ? null : `sha256:${hash}`
      const below = paths.get(key) ?? [key]
      return below.flatMap((path) =>
        imageEvents(registry, { ...told, image: { name: path === '' ? name : `${path}/${name}`, tag, digest } }),
      )
    },
  }
}
