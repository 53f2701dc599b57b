import { readForeignName } from '../image/foreign-name.ts'
import { fieldOf, readJsonText, textOf } from '../lib/json-fields.ts'
import type { EventSource, EventSourceOptions, ImageEvent } from './event-source.ts'
import { idFrom } from './format/ids.ts'
import { eventsMax, imageEvents } from './format/image-events.ts'
import { isAuthorized } from './proof/authorization.ts'

const kinds: ReadonlyMap<string, ImageEvent['kind']> = new Map([
  ['PUSH_ARTIFACT', 'pushed'],
  ['DELETE_ARTIFACT', 'deleted'],
  ['harbor.artifact.pushed', 'pushed'],
  ['harbor.artifact.deleted', 'deleted'],
])

const replications = ['REPLICATION', 'harbor.replication.status.changed']

/**
 * Webhooks of Harbor projects, in its default format and as CloudEvents. What tells of scans, quotas, pulls and retention
 * is not needed: polling sees what came of it.
 *
 * @see Harbor, "Configure Webhook Notifications"
 */
export function createHarborSource({ registry }: EventSourceOptions): EventSource {
  return {
    // What is written as "Auth Header" comes as the value of Authorization, without anything added.
    verify: isAuthorized,
    showsSecret: isAuthorized,
    parse({ body }) {
      const json = readJsonText(body)
      const type = textOf(json, 'type')
      if (type === null) return null
      const isCloudEvent = textOf(json, 'specversion') !== null
      const data = fieldOf(json, isCloudEvent ? 'data' : 'event_data')
      const at = fieldOf(json, isCloudEvent ? 'time' : 'occur_at')
      // The default format has no id: what is sent again is told by saying the same, of the same second.
      const idOf = (...said: readonly (string | null)[]): string =>
        (isCloudEvent && textOf(json, 'id')) || idFrom(type, typeof at === 'number' ? at : 0, ...said)
      if (replications.includes(type)) return readReplication(registry, fieldOf(data, 'replication'), idOf)
      const kind = kinds.get(type)
      if (kind === undefined) return []
      const resources = fieldOf(data, 'resources')
      const name = nameOf(fieldOf(data, 'repository'))
      if (!Array.isArray(resources) || resources.length > eventsMax || name === null) return null
      return resources.flatMap((resource: unknown) => {
        const tag = textOf(resource, 'tag')
        const digest = textOf(resource, 'digest')
        return imageEvents(registry, { kind, id: idOf(name, tag, digest), at, image: { name, tag, digest } })
      })
    },
  }
}

function nameOf(repository: unknown): string | null {
  const [full, namespace, name] = ['repo_full_name', 'namespace', 'name'].map((key) => textOf(repository, key))
  return full ?? (namespace && name ? `${namespace}/${name}` : null)
}

/**
 * What was copied into this Harbor: only then the source is another registry, which has a name. Each artifact is told by
 * the second part of its repository, with a tag or with how many there were; in a project below which repositories are
 * nested, that is none of ours.
 *
 * @see goharbor/harbor src/controller/event/handler/webhook/artifact/replication.go
 */
function readReplication(
  registry: string,
  replication: unknown,
  idOf: (...said: readonly (string | null)[]) => string,
): readonly ImageEvent[] {
  const [from, to] = ['src_resource', 'dest_resource'].map((key) => fieldOf(replication, key))
  const artifacts = fieldOf(replication, 'successful_artifact')
  const project = textOf(to, 'namespace')
  const isInto = textOf(from, 'registry_name') !== null && textOf(to, 'registry_name') === null
  if (!isInto || project === null || !Array.isArray(artifacts) || artifacts.length > eventsMax) return []
  return artifacts.flatMap((artifact: unknown) => {
    const [, name = '', tag = null] =
      /^([^:\s[\]@]+)(?::([\w.-]+))?(?:\s*\[.*\])?$/.exec(textOf(artifact, 'name_tag') ?? '') ?? []
    const image = readForeignName(registry, { name: `${project}/${name}`, tag, digest: null })
    if (name === '' || image === null) return []
    return [{ id: idOf(project, name, tag), kind: 'pushed' as const, image }]
  })
}
