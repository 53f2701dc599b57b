import type { ContainerInspect, ImageInspect } from '../../clients/docker/shapes.ts'
import type { AppError } from '../../errors.ts'
import type { Follow } from '../../rollout/dependant.ts'
import { nameOf } from '../engine/dependants.ts'
import { hasHealthCheck, healthBudgetMs } from '../engine/health-check.ts'
import { canonicalDigests, platformOf } from '../engine/image-facts.ts'
import { isUnwell } from '../engine/is-unwell.ts'
import { formatRestartPolicy } from '../engine/restart-policy.ts'
import type { SelfHints } from '../engine/self.ts'
import { suggestOrder } from '../engine/suggested-order.ts'
import type { LeftAlone, Workload } from '../target.ts'
import { workloadId } from './compose-deps.ts'
import { followersOf } from './followers.ts'
import { isUp, isWanted, leftAlone } from './left-alone.ts'
import type { Inside } from './inside-providers.ts'
import type { Outside } from './outside-providers.ts'
import { projectOf, type ConfiguredService } from './project-of.ts'
import type { Service } from './services.ts'

export interface ServiceSources {
  readonly target: string
  readonly service: Service
  readonly all: readonly Service[]
  /** Of its oldest instance; null when the engine does not have it any more, or fails to describe it. */
  readonly image: ImageInspect | null
  /** Why it fails to. */
  readonly failure?: AppError | null
  readonly self: SelfHints
  readonly configured: readonly ConfiguredService[]
  /** Absent where it uses no container that is not of its project. */
  readonly outside?: Outside
  /** Absent where it lives in no service of its project that was started again. */
  readonly inside?: Inside
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** A Compose service as a workload. Its oldest instance speaks for it. */
export function readWorkload(sources: ServiceSources): Workload {
  const { target, service, all, image, failure = null, self, configured, outside, inside, now } = sources
  const { project, members } = service
  const { container, labels, compose } = members[0]
  const followers = followersOf(service, all)
  const noStartFirst = whyStopFirst(service, followers)
  const found = outside?.follows ?? inside?.follows ?? null
  const isDownByUs = members.some((each) => each.isDownByUs === true)
  const follows = found && { ...found, ...(isDownByUs && { isDownByUs }) }
  const anew = outside?.follows == null ? inside?.madeAnew : outside.madeAnew
  const waits = outside?.waits ?? null
  const left = leftAlone(service, { image, failure, self, follows: follows !== null, waits })
  const running = members.filter((each) => isUp(each.container)).length
  const { files, projectDirectory } = projectOf(compose, configured)
  const id = workloadId(target, project, service.service)
  const isSick = members.some((each) => isUnwell(each.container, now))
  return {
    id,
    target,
    kind: 'compose',
    name: `${project}/${service.service}`,
    instance: container.Id,
    image: container.Config.Image,
    labels,
    isRunning: members.some((each) => isUp(each.container) || (follows !== null && isWanted(each))),
    imageId: container.Image,
    repositoryDigests: canonicalDigests(image?.RepoDigests ?? []),
    platform: image && platformOf(image),
    operation: null,
    restart: formatRestartPolicy(container.HostConfig.RestartPolicy),
    hasHealthCheck: hasHealthCheck(container.Config.Healthcheck),
    healthBudgetMs: healthBudgetMs(container.Config.Healthcheck),
    // Cut off, Compose leaves the new container beside the one that it replaces.
    scale: new Set(members.map((each) => each.compose.number)).size,
    ...(running > 0 && running < members.length && { running }),
    after: [
      ...dependsOn(service, all, inside?.livesIn).map((each) => workloadId(target, project, each)),
      ...(outside?.livesIn ?? []),
    ],
    ...(follows !== null && { follows }),
    ...(anew && { madeAnew: anew }),
    ...(outside?.follows == null && inside?.followsAt !== undefined && { followsAt: inside.followsAt }),
    noStartFirst,
    definedBy: [...files, projectDirectory],
    suggestedOrder: noStartFirst === null ? suggestOrder(container) : { order: 'stop-first', why: noStartFirst },
    leftAlone: left,
    ...(isSick && { unwell: [id] }),
    ...noteOf(service, { nameless: outside?.nameless, follows }, left),
  }
}

/** What is left alone cannot follow by itself, and nobody can follow what has no name, so its owner is told. */
function noteOf({ project, service }: Service, { nameless, follows }: Cut, left: LeftAlone | null) {
  const what = follows?.sentence ?? nameless
  const isFollowed = follows !== null && (left === null || left.isHeld === true)
  if (what === undefined || isFollowed) return {}
  return { note: `${what}; run: docker compose -p ${project} up -d --force-recreate ${service}` }
}

interface Cut {
  readonly nameless: string | undefined
  readonly follows: Follow | null
}

/** What keeps Compose itself from running two instances at once. */
function whyStopFirst(service: Service, followers: readonly string[]): string | null {
  const named = service.members.find(({ container, compose }) => !isNamedByCompose(container, compose))
  if (named !== undefined) return `its file gives it the container name ${nameOf(named.container)}`
  return followers.length === 0 ? null : `${followers.join(', ')} live in its container`
}

function isNamedByCompose(container: ContainerInspect, named: { project: string; service: string; number: number }) {
  const name = nameOf(container)
  const { project, service, number } = named
  // While Compose recreates one it bears a short id in front.
  const lasting = name.replace(/^[0-9a-f]{12}_/, '')
  return ['-', '_'].some((sign) => lasting === `${project}${sign}${service}${sign}${number}`)
}

/** Services of the project that it depends on, by its labels or because it lives in one of their containers. */
function dependsOn(service: Service, all: readonly Service[], livedIn: string | undefined): readonly string[] {
  const named = service.members.flatMap(({ compose }) => compose.dependencies.map((each) => each.service))
  const lived = all.filter(
    (each) => each.project === service.project && followersOf(each, all).includes(service.service),
  )
  const found = [...named, ...lived.map((each) => each.service), ...(livedIn === undefined ? [] : [livedIn])]
  return [...new Set(found)].toSorted()
}
