import { readEcrHost } from '../../clients/ecr/host.ts'
import { fieldOf, readJsonText, textOf } from '../../lib/json-fields.ts'
import type { ImageEvent } from '../event-source.ts'
import { idFrom } from '../format/ids.ts'
import { imageEvents } from '../format/image-events.ts'

/**
 * What ECR tells EventBridge of images: pushed, deleted, copied from another region or account, or filled into a pull
 * through cache. Only of the account and region that the host of the source names.
 *
 * @param messageId of what it came in, where that has one
 * @returns null when it is no event of EventBridge
 * @see Amazon ECR, "Amazon ECR events and EventBridge: sample events"
 */
export function readEcrEvent(
  registry: string,
  json: Uint8Array | string,
  messageId: string | null,
): readonly ImageEvent[] | null {
  const event = readJsonText(json)
  const type = textOf(event, 'detail-type')
  if (type === null) return null
  const detail = fieldOf(event, 'detail')
  const kind = textOf(event, 'source') === 'aws.ecr' ? kindOf(type, detail) : null
  const name = textOf(detail, 'repository-name')
  if (kind === null || name === null || !isOf(registry, event)) return []
  return imageEvents(registry, {
    kind,
    id: textOf(event, 'id') ?? messageId ?? idFrom(Buffer.from(json)),
    at: textOf(event, 'time'),
    image: { name, tag: textOf(detail, 'image-tag'), digest: textOf(detail, 'image-digest') },
  })
}

function kindOf(type: string, detail: unknown): ImageEvent['kind'] | null {
  const action = textOf(detail, 'action-type')
  const isDone = textOf(detail, 'result') === 'SUCCESS'
  if (type === 'ECR Image Action' && isDone)
    return action === 'PUSH' ? 'pushed' : action === 'DELETE' ? 'deleted' : null
  if (type === 'ECR Replication Action' && isDone) return 'pushed'
  return type === 'ECR Pull Through Cache Action' && textOf(detail, 'sync-status') === 'SUCCESS' ? 'pushed' : null
}

function isOf(registry: string, event: unknown): boolean {
  const host = readEcrHost(registry)
  return host !== null && textOf(event, 'account') === host.account && textOf(event, 'region') === host.region
}
