import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import type { AppError } from '../../errors.ts'
import { isSecondName, withoutSuffix } from '../../rollout/names.ts'
import type { LeftAlone } from '../target.ts'
import { nameOf } from '../engine/dependants.ts'
import type { Labels } from '../engine/own-labels.ts'
import { isSelf, type SelfHints } from '../engine/self.ts'

export interface Circumstances {
  /** Its labels without the image's. */
  readonly labels: Labels
  /** Whether the engine still knows the image that it runs. */
  readonly isImageKnown: boolean
  /** Why the engine fails to describe that image; null where it does not. */
  readonly failure: AppError | null
  readonly self: SelfHints
  /** What of the containers that it uses, or that use it, stands against replacing it; null for nothing. */
  readonly unfit: LeftAlone | null
  /** Whether it is to follow a container that it uses, for which it need not run. */
  readonly follows: boolean
}

/** Why a container is not to be replaced, or cannot be now; null when it can. What lasts comes before what passes. */
export function leftAlone(container: ContainerInspect, circumstances: Circumstances): LeftAlone | null {
  const found = rules.flatMap((rule) => rule(container, circumstances) ?? [])
  // What no setting lifts decides by itself; only without that the settings are asked, one after the other.
  return (
    found.find((each) => each.liftedBy === undefined) ??
    found.reduceRight<LeftAlone | null>(
      (next, each) => ({ ...each, ...(each.liftedBy && { liftedBy: { ...each.liftedBy, next } }) }),
      null,
    )
  )
}

type Rule = (container: ContainerInspect, circumstances: Circumstances) => LeftAlone | null

const because = (code: string, sentence: string): LeftAlone => ({ code, sentence })

const unless = (setting: 'stopped' | 'autoRemove', code: string, sentence: string): LeftAlone => ({
  code,
  sentence,
  liftedBy: { setting, next: null },
})

const rules: readonly Rule[] = [
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
    HostConfig.AutoRemove
      ? unless('autoRemove', 'AUTO_REMOVE', 'it was started with --rm, so stopping it would remove it')
      : null,
  (_, { failure }) => failure && because('NOT_READABLE', `the engine does not describe its image: ${failure.message}`),
  (_, { isImageKnown }) =>
    isImageKnown ? null : because('IMAGE_GONE', 'the engine no longer has its image, so its own settings are unknown'),
  // To follow another one it needs no newer image.
  ({ Config, Image }, { follows }) =>
    follows || isTag(Config.Image, Image)
      ? null
      : because('NOT_A_TAG', 'it was created from an image id or a digest, so there is no tag to follow'),
  (_, { unfit }) => unfit,
  ({ State }) => (State.Paused ? because('PAUSED', 'it is paused') : null),
  // Rolled out it would be hidden, and removed, as what we keep or make beside another; and where no label of ours speaks
  // of that any more it may be the last good version.
  ({ Name, State }) => {
    const name = nameOf({ Name })
    if (!isSecondName(name)) return null
    const code = State.Running || State.Restarting ? 'NAME_RESERVED' : 'STOPPED'
    return because(code, `its name is one that is given beside ${withoutSuffix(name)}; rename it to have it updated`)
  },
  ({ State }, { follows }) => {
    if (State.Running || State.Restarting || follows) return null
    return unless('stopped', 'STOPPED', notRunning(State.Status))
  },
]

function notRunning(status: ContainerInspect['State']['Status']): string {
  if (status === 'created') return 'it was never started'
  return status === 'dead' ? 'it is dead: the engine failed to remove it' : 'it is not running'
}

function isTag(image: string, imageId: string): boolean {
  if (image === '' || image.includes('@') || image.startsWith('sha256:')) return false
  return !(/^[0-9a-f]{4,64}$/.test(image) && imageId.startsWith(`sha256:${image}`))
}
