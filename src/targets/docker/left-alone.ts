import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import type { LeftAlone } from '../target.ts'
import { dependencies } from '../engine/dependants.ts'
import type { Labels } from '../engine/own-labels.ts'
import { isSelf, type SelfHints } from '../engine/self.ts'

export interface Circumstances {
  /** Its labels without the image's. */
  readonly labels: Labels
  /** Whether the engine still knows the image that it runs. */
  readonly isImageKnown: boolean
  readonly self: SelfHints
  /** Names of the containers that would break with it. */
  readonly dependants: readonly string[]
}

/** Why a container is not to be replaced, or cannot be now; null when it can. What lasts comes before what passes. */
export function leftAlone(container: ContainerInspect, circumstances: Circumstances): LeftAlone | null {
  for (const rule of rules) {
    const found = rule(container, circumstances)
    if (found !== null) return found
  }
  return null
}

const because = (code: string, sentence: string): LeftAlone => ({ code, sentence })

const rules: readonly ((container: ContainerInspect, circumstances: Circumstances) => LeftAlone | null)[] = [
  ({ Id }, { self }) => (isSelf(Id, self) ? because('SELF', 'it is longshore itself') : null),
  (_, { labels }) => {
    const service = labels['com.docker.swarm.service.name'] ?? labels['com.docker.swarm.service.id']
    if (service === undefined && labels['com.docker.swarm.task.id'] === undefined) return null
    return because('SWARM_TASK', `it is a task of the Swarm service ${service ?? '(unknown)'}, which owns it`)
  },
  (_, { labels }) => {
    const project = labels['com.docker.compose.project']
    if (project === undefined) return null
    if (labels['com.docker.compose.oneoff'] === 'True') {
      return because('COMPOSE_SERVICE', `it was made by \`docker compose run\` in the project ${project}`)
    }
    return because('COMPOSE_SERVICE', `it belongs to the Compose project ${project}, which owns it`)
  },
  ({ HostConfig }) =>
    HostConfig.AutoRemove ? because('AUTO_REMOVE', 'it was started with --rm, so stopping it would remove it') : null,
  (_, { isImageKnown }) =>
    isImageKnown ? null : because('IMAGE_GONE', 'the engine no longer has its image, so its own settings are unknown'),
  ({ Config, Image }) =>
    isTag(Config.Image, Image)
      ? null
      : because('NOT_A_TAG', 'it was created from an image id or a digest, so there is no tag to follow'),
  (container) => {
    const [first] = dependencies(container)
    return first === undefined ? null : because('DEPENDENT', `it uses the ${first.by} of the container ${first.on}`)
  },
  (_, { dependants }) =>
    dependants.length === 0
      ? null
      : because('DEPENDENT', `its dependants would break: ${dependants.toSorted().join(', ')}`),
  ({ State }) => (State.Paused ? because('PAUSED', 'it is paused') : null),
  ({ State }) => {
    if (State.Running || State.Restarting) return null
    return because('STOPPED', State.Status === 'created' ? 'it was never started' : 'it is not running')
  },
]

function isTag(image: string, imageId: string): boolean {
  if (image === '' || image.includes('@') || image.startsWith('sha256:')) return false
  return !(/^[0-9a-f]{4,64}$/.test(image) && imageId.startsWith(`sha256:${image}`))
}
