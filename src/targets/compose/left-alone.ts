import type { ContainerInspect, ImageInspect } from '../../clients/docker/shapes.ts'
import type { AppError } from '../../errors.ts'
import { parseReference } from '../../image/reference.ts'
import { isWaiting } from '../engine/is-waiting.ts'
import { isSelf, type SelfHints } from '../engine/self.ts'
import type { LeftAlone } from '../target.ts'
import type { Member, Service } from './services.ts'

interface Circumstances {
  /** Whether it is to follow a container that it uses: one that the engine could not start without that is not stopped. */
  readonly follows?: boolean
  readonly image: ImageInspect | null
  /** Why the engine fails to describe that image. */
  readonly failure?: AppError | null
  readonly self: SelfHints
  /** What of the containers that it uses keeps those that run from being made again; absent for nothing. */
  readonly waits?: LeftAlone | null
}

/** Why a service is not to be rolled out, or cannot be now; null when it can. What lasts comes before what passes. */
export function leftAlone(service: Service, circumstances: Circumstances): LeftAlone | null {
  for (const rule of rules) {
    const found = rule(service, circumstances)
    if (found !== null) return found
  }
  return circumstances.waits ?? null
}

export const isUp = ({ State }: ContainerInspect): boolean => (State.Running || State.Restarting) && !State.Paused

/**
 * What a person stopped is left so; one that could not be started without another, or that a command of ours was about
 * to start, is not stopped in that sense.
 */
export const isWanted = ({ container, isDownByUs = false }: Pick<Member, 'container' | 'isDownByUs'>): boolean =>
  isUp(container) || isWaiting(container) || isDownByUs

const because = (code: string, sentence: string): LeftAlone => ({ code, sentence })

const rules: readonly ((service: Service, circumstances: Circumstances) => LeftAlone | null)[] = [
  ({ members }, { self }) =>
    members.some(({ container }) => isSelf(container.Id, self)) ? because('SELF', 'it is longshore itself') : null,
  (_, { failure = null }) =>
    failure && because('NOT_READABLE', `the engine does not describe its image: ${failure.message}`),
  (_, { image }) =>
    image === null ? because('IMAGE_GONE', 'the engine no longer has its image, so what it runs is unknown') : null,
  ({ project, service, members }, { image }) => {
    const written = members[0].container.Config.Image
    const isDefault = [`${project}-${service}`, `${project}_${service}`].includes(written)
    if (!isDefault || (image?.RepoDigests ?? []).length > 0) return null
    return because('BUILT_HERE', 'its file has `build:` and no `image:`, so no registry has newer ones')
  },
  ({ members }) => {
    const { Config, Image } = members[0].container
    return namesTag(Config.Image, Image)
      ? null
      : because('NOT_A_TAG', 'its file names an image id or a digest, so there is no tag to follow')
  },
  ({ members }) => {
    const images = new Set(members.map(({ container }) => container.Config.Image))
    return images.size === 1 ? null : because('MIXED_IMAGES', `its instances run ${[...images].join(' and ')}`)
  },
  ({ members }) => (members.some(({ container }) => container.State.Paused) ? because('PAUSED', 'it is paused') : null),
  ({ members }, { follows = false, waits = null }) => {
    const isLeft = (member: Member) => !isUp(member.container) && !(follows && isWanted(member))
    const stopped = members.filter(isLeft).length
    if (stopped === 0) return null
    if (stopped === members.length) {
      return { ...because('STOPPED', notRunning(members)), liftedBy: { setting: 'stopped', next: waits } }
    }
    const sentence = `${stopped} of its ${members.length} instances are stopped, and \`up\` would start them`
    return { ...because('PARTLY_STOPPED', sentence), liftedBy: { setting: 'stopped', to: 'start', next: waits } }
  },
]

function notRunning(members: Service['members']): string {
  if (members.every(({ container }) => container.State.Status === 'created')) return 'it was made and never started'
  const isDead = members.some(({ container }) => container.State.Status === 'dead')
  return isDead ? 'it is dead: the engine failed to remove it' : 'it is not running'
}

/** Whether there is a tag to follow; with a digest behind it, too, since we may have written that ourselves. */
function namesTag(image: string, imageId: string): boolean {
  // A file may name the beginning of an id, which reads like a name.
  if (/^[0-9a-f]{4,63}$/.test(image) && imageId.startsWith(`sha256:${image}`)) return false
  try {
    const { tag, digest } = parseReference(image)
    return tag !== null || digest === null
  } catch {
    return false
  }
}
