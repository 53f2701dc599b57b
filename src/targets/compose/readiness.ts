import { healthOf } from '../engine/instance-facts.ts'
import { describeImage } from '../engine/described-image.ts'
import { dependencies, nameOf, refersTo } from '../engine/dependants.ts'
import { endsForGood } from '../engine/ends-for-good.ts'
import { readComposeLabels, trustedLabels } from '../engine/compose-labels.ts'
import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import type { Labels } from '../engine/own-labels.ts'
import { isSelf } from '../engine/self.ts'
import { isFormerName } from '../../rollout/names.ts'
import type { LeftAlone } from '../target.ts'
import { isUp } from './left-alone.ts'
import { workloadId, type ComposeDeps } from './compose-deps.ts'
import { outsideProviders } from './outside-providers.ts'
import { findServices, type Service } from './services.ts'

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
 * One that would be made again with a service, and could not be, since something else that it uses does not run or is
 * gone; null when there is none.
 */
export async function stuckFollower(
  deps: ComposeDeps,
  followers: readonly Service[],
  signal: AbortSignal,
): Promise<LeftAlone | null> {
  if (followers.length === 0) return null
  const everywhere = await findServices(deps, null, signal)
  const outside = await outsideProviders(deps, everywhere, signal)
  for (const each of everywhere) {
    if (!followers.some(({ project, service }) => project === each.project && service === each.service)) continue
    const { waits } = outside(each)
    if (waits === null) continue
    return { code: 'DEPENDENT', sentence: `its dependant ${each.service} would break: ${waits.sentence}` }
  }
  return null
}

/**
 * What lives in one of the services' containers without being a service of their project: one that would break, or ids of
 * workloads that can follow by themselves.
 * @param services of one project, that are made again together
 */
export async function strangeFollower(
  { engine, inspections, target }: Pick<ComposeDeps, 'engine' | 'inspections' | 'target'>,
  services: readonly Service[],
  signal: AbortSignal,
): Promise<{ readonly unfit: LeftAlone | null; readonly followedBy: readonly string[] }> {
  const followedBy = new Set<string>()
  const members = services.flatMap((each) => each.members)
  const hosts = new Set(members.flatMap(({ container }) => [container.Id, nameOf(container)]))
  const project = services[0]?.project
  const there = await Promise.all(
    (await engine.listContainers(signal)).map((each) => inspections.container(each, signal)),
  )
  for (const container of there) {
    const used = container === null ? [] : dependencies(container).filter(({ on }) => hosts.has(on))
    if (container === null || used.length === 0) continue
    const { image } = await describeImage(inspections, container.Image, signal)
    const labels = trustedLabels(container.Config.Labels ?? {}, image?.Config?.Labels ?? {})
    const compose = readComposeLabels(labels)
    if (compose?.project === project || isKept(container)) continue
    const isOurs = compose !== null || isPlain(container, labels)
    // What lives in a plain container is made again with it, and that has to run for it; Compose starts its own together.
    const isUsed =
      compose === null &&
      there.some((each) => each !== null && dependencies(each).some(({ on }) => refersTo(on, container)))
    const why = isOurs ? endsForGood(container, used, isUsed) : 'nothing here can make it again'
    if (why !== null) {
      const sentence = `its dependant ${nameOf(container)} would break: ${why}`
      return { unfit: { code: 'DEPENDENT', sentence }, followedBy: [] }
    }
    followedBy.add(
      compose === null
        ? `${target}/container/${nameOf(container)}`
        : workloadId(target, compose.project, compose.service),
    )
  }
  return { unfit: null, followedBy: [...followedBy] }
}

/** Of no project and no Swarm service, and there after it was stopped. */
const isPlain = ({ HostConfig }: ContainerInspect, labels: Labels): boolean =>
  HostConfig.AutoRemove !== true &&
  labels['com.docker.compose.project'] === undefined &&
  labels['com.docker.swarm.service.id'] === undefined

/** The old instance of one that has followed already, which is kept stopped beside it. */
const isKept = (container: ContainerInspect): boolean => !container.State.Running && isFormerName(nameOf(container))
