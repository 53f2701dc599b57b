import { fieldOf, readJsonText, textOf } from '../lib/json-fields.ts'
import type { EventSource, EventSourceOptions } from './event-source.ts'
import { idFrom } from './format/ids.ts'
import { imageEvents } from './format/image-events.ts'
import { isInPath } from './proof/path.ts'

/**
 * Webhooks of Docker Hub repositories. They name a tag, never a digest, and the second of the push: the same tag pushed
 * twice within it gives the same bytes, and both have to be looked for. They carry nothing that proves who sent them. The
 * `callback_url` in them is never called.
 *
 * @see Docker Hub, "Webhooks: example webhook payload"
 */
export function createDockerHubSource({ registry }: EventSourceOptions): EventSource {
  return {
    verify: isInPath,
    showsSecret: isInPath,
    parse({ body }) {
      const json = readJsonText(body)
      const push = fieldOf(json, 'push_data')
      const name = textOf(fieldOf(json, 'repository'), 'repo_name')
      if (push === undefined || name === null) return null
      const tag = textOf(push, 'tag')
      const at = fieldOf(push, 'pushed_at')
      return imageEvents(registry, {
        kind: 'pushed',
        id: idFrom(body),
        idRecurs: true,
        at,
        image: { name, tag, digest: null },
      })
    },
  }
}
