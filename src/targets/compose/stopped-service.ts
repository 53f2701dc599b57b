import type { Stopped } from '../../rollout/left-stopped.ts'
import { dependencies, endsWithRun, nameOf } from '../engine/dependants.ts'
import type { LeftAlone } from '../target.ts'
import type { ComposeDeps } from './compose-deps.ts'
import { mayOthersStart } from './definition/at-start.ts'
import { isUp } from './left-alone.ts'
import { outsideProviders } from './outside-providers.ts'
import { atStartIn } from './read-at-start.ts'
import type { ReadDefinition } from './read-definition.ts'
import { unreadyDependency } from './readiness.ts'
import { findServices, type Service } from './services.ts'

/** What stands against making a service anew that does not run as it is; null for nothing. */
export async function unfitStopped(
  deps: ComposeDeps,
  service: Service,
  stopped: NonNullable<Stopped>,
  { all, cutOff }: { readonly all: readonly Service[]; readonly cutOff: readonly string[] },
  signal: AbortSignal,
): Promise<LeftAlone | null> {
  const unready = stopped === 'start' ? unreadyDependency(service, all) : missingDependency(service, all)
  if (unready !== null) return unready
  const [ended] = stopped === 'start' ? [] : cutOff
  if (ended !== undefined) {
    const sentence = `${ended} runs, although what it lives in does not, and could not be started again with it; stop it, or start that`
    return { code: 'DEPENDENT', sentence }
  }
  const everywhere = await findServices(deps, null, signal)
  const outside = await outsideProviders(deps, everywhere, signal)
  const own = everywhere.find((each) => each.project === service.project && each.service === service.service)
  const waits = own === undefined ? [] : outside(own).onceStarted
  // What is only made needs all that it uses to be there, and none of it to run.
  return waits.find(({ code }) => stopped === 'start' || code === 'PROVIDER_GONE') ?? null
}

/**
 * What runs of a service that does not run in whole has to run again, and the rest must not: so we start it, and where
 * only Compose can do that, it has to wait. Null where it does not.
 * @param followers that run
 */
export function unfitInPart(
  { project }: Pick<ReadDefinition, 'project'>,
  { service, members }: Service,
  followers: readonly string[],
): LeftAlone | null {
  const running = [...(members.some(({ container }) => isUp(container)) ? [service] : []), ...followers]
  if (running.length === 0 || mayOthersStart(atStartIn(project, running))) return null
  const sentence = `it runs in part, and docker compose, which alone starts ${running.join(' and ')} with all secrets, configs and hooks, would start the rest too; start all of it, or stop all of it`
  return { code: 'ONLY_COMPOSE_STARTS', sentence }
}

/** A dependency without any container: Compose would make that too, which nobody asked for. */
function missingDependency({ members: [first], project }: Service, all: readonly Service[]): LeftAlone | null {
  const isThere = (name: string) => all.some((each) => each.project === project && each.service === name)
  const missing = first.compose.dependencies.find((each) => !isThere(each.service))
  if (missing === undefined) return null
  return { code: 'DEPENDENCY_NOT_READY', sentence: `it depends on ${missing.service}, of which there is no container` }
}

/**
 * Names of the followers that run although the service, in whose network or processes they live, does not: as long as it
 * does not they cannot be started again.
 * @param followers of one project, each after all of them that it lives in
 */
export function cutOffAmong(
  service: Service,
  followers: readonly string[],
  all: readonly Service[],
): readonly string[] {
  if (service.members.some(({ container }) => isUp(container))) return []
  const ended = [service]
  for (const name of followers) {
    const found = all.find((each) => each.service === name)
    if (found !== undefined && ended.some((each) => needsRunOf(found, each))) ended.push(found)
  }
  return ended.slice(1).map((each) => each.service)
}

const needsRunOf = ({ members }: Service, other: Service): boolean => {
  const hosts = new Set(other.members.flatMap(({ container }) => [container.Id, nameOf(container)]))
  return members.some(({ container }) => dependencies(container).some(({ on, by }) => hosts.has(on) && endsWithRun(by)))
}
