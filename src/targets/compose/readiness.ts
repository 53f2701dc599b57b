import { healthOf } from '../engine/instance-facts.ts'
import { dependencies, nameOf } from '../engine/dependants.ts'
import { readComposeLabels, trustedLabels } from '../engine/compose-labels.ts'
import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import type { Labels } from '../engine/own-labels.ts'
import { isSelf } from '../engine/self.ts'
import type { LeftAlone } from '../target.ts'
import { isUp } from './left-alone.ts'
import type { ComposeDeps } from './compose-deps.ts'
import type { Service } from './services.ts'

/**
 * A dependency that is not as `depends_on` wants it; null when all are. Compose removes the old containers before it
 * looks, so it has to be seen before. Jobs that have to be completed are Compose's own matter.
 */
export function unreadyDependency({ members: [first], project }: Service, all: readonly Service[]): LeftAlone | null {
  for (const { service, condition } of first.compose.dependencies) {
    if (condition === 'service_completed_successfully') continue
    const found = all.find((each) => each.project === project && each.service === service)
    const containers = found?.members.map((each) => each.container) ?? []
    if (!containers.some(isUp)) return held(`it depends on ${service}, which is not running`)
    const isHealthy = containers.every(({ State }) => healthOf(State.Health?.Status) === 'healthy')
    if (condition === 'service_healthy' && !isHealthy) return held(`it depends on ${service}, which is not healthy`)
  }
  return null
}

const held = (sentence: string): LeftAlone => ({ code: 'DEPENDENCY_NOT_READY', sentence })

/** Whether we ourselves would be made again with a service, and be ended in the middle of it; null when not. */
export function selfFollower({ self }: Pick<ComposeDeps, 'self'>, followers: readonly Service[]): LeftAlone | null {
  const own = followers.find(({ members }) => members.some(({ container }) => isSelf(container.Id, self)))
  if (own === undefined) return null
  const sentence = `longshore itself (${own.service}) lives in its container and would be ended with it`
  return { code: 'DEPENDENT', sentence }
}

/** A service that would be made again with this one and get another image thereby; null when there is none. */
export async function movedFollower(
  { engine }: Pick<ComposeDeps, 'engine'>,
  followers: readonly Service[],
  signal: AbortSignal,
): Promise<LeftAlone | null> {
  for (const { service, members } of followers) {
    const { container } = members[0]
    const tagged = await engine.inspectImage(container.Config.Image, signal)
    if (tagged?.Id === container.Image) continue
    const sentence = `${service} lives in its container and has to be made again with it, but ${container.Config.Image} names another image than it runs; run: docker compose up -d ${service}`
    return { code: 'FOLLOWER_MOVED', sentence }
  }
  return null
}

/**
 * What lives in one of the service's containers without being a service of its project: one that would break, or names of
 * plain containers, which can follow by themselves.
 */
export async function strangeFollower(
  { engine, inspections }: Pick<ComposeDeps, 'engine' | 'inspections'>,
  { project, members }: Service,
  signal: AbortSignal,
): Promise<{ readonly unfit: LeftAlone | null; readonly plain: readonly string[] }> {
  const plain: string[] = []
  const hosts = new Set(members.flatMap(({ container }) => [container.Id, nameOf(container)]))
  for (const summary of await engine.listContainers(signal)) {
    const container = await inspections.container(summary, signal)
    if (container === null || !dependencies(container).some(({ on }) => hosts.has(on))) continue
    const image = await inspections.image(container.Image, signal)
    const labels = trustedLabels(container.Config.Labels ?? {}, image?.Config?.Labels ?? {})
    if (readComposeLabels(labels)?.project === project || isKept(container)) continue
    if (!isPlain(container, labels)) {
      const sentence = `its dependant would break: ${nameOf(container)}`
      return { unfit: { code: 'DEPENDENT', sentence }, plain: [] }
    }
    plain.push(nameOf(container))
  }
  return { unfit: null, plain }
}

/** Of no project and no Swarm service, and there after it was stopped. */
const isPlain = ({ HostConfig }: ContainerInspect, labels: Labels): boolean =>
  HostConfig.AutoRemove !== true &&
  labels['com.docker.compose.project'] === undefined &&
  labels['com.docker.swarm.service.id'] === undefined

/** The old instance of one that has followed already, which is kept stopped beside it. */
const isKept = (container: ContainerInspect): boolean =>
  !container.State.Running && nameOf(container).endsWith('.longshore-prev')
