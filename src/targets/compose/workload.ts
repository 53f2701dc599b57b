import type { ContainerInspect, ImageInspect } from '../../clients/docker/shapes.ts'
import { nameOf } from '../engine/dependants.ts'
import { hasHealthCheck, healthBudgetMs } from '../engine/health-check.ts'
import { canonicalDigests, platformOf } from '../engine/image-facts.ts'
import { formatRestartPolicy } from '../engine/restart-policy.ts'
import type { SelfHints } from '../engine/self.ts'
import { suggestOrder } from '../engine/suggested-order.ts'
import type { Workload } from '../target.ts'
import { workloadId } from './compose-deps.ts'
import { followersOf } from './followers.ts'
import { isUp, leftAlone } from './left-alone.ts'
import { projectOf, type ConfiguredService } from './project-of.ts'
import type { Service } from './services.ts'

export interface ServiceSources {
  readonly target: string
  readonly service: Service
  readonly all: readonly Service[]
  /** Of its oldest instance; null when the engine does not have it any more. */
  readonly image: ImageInspect | null
  readonly self: SelfHints
  readonly configured: readonly ConfiguredService[]
}

/** A Compose service as a workload. Its oldest instance speaks for it. */
export function readWorkload({ target, service, all, image, self, configured }: ServiceSources): Workload {
  const { project, members } = service
  const { container, labels, compose } = members[0]
  const followers = followersOf(service, all)
  const noStartFirst = whyStopFirst(service, followers)
  const { files, projectDirectory } = projectOf(compose, configured)
  return {
    id: workloadId(target, project, service.service),
    target,
    kind: 'compose',
    name: `${project}/${service.service}`,
    instance: container.Id,
    image: container.Config.Image,
    labels,
    isRunning: members.some((each) => isUp(each.container)),
    imageId: container.Image,
    repositoryDigests: canonicalDigests(image?.RepoDigests ?? []),
    platform: image && platformOf(image),
    operation: null,
    restart: formatRestartPolicy(container.HostConfig.RestartPolicy),
    hasHealthCheck: hasHealthCheck(container.Config.Healthcheck),
    healthBudgetMs: healthBudgetMs(container.Config.Healthcheck),
    scale: members.length,
    after: dependsOn(service, all).map((each) => workloadId(target, project, each)),
    noStartFirst,
    definedBy: [...files, projectDirectory],
    suggestedOrder: noStartFirst === null ? suggestOrder(container) : { order: 'stop-first', why: noStartFirst },
    leftAlone: leftAlone(service, { image, self }),
  }
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
function dependsOn(service: Service, all: readonly Service[]): readonly string[] {
  const named = service.members.flatMap(({ compose }) => compose.dependencies.map((each) => each.service))
  const lived = all.filter(
    (each) => followersOf(each, all).includes(service.service) && each.project === service.project,
  )
  return [...new Set([...named, ...lived.map((each) => each.service)])].toSorted()
}
