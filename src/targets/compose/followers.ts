import { dependencies, nameOf } from '../engine/dependants.ts'
import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import { isWanted } from './left-alone.ts'
import type { Member, Service } from './services.ts'

/**
 * Names of the services of the project whose containers live in one of this service's, or in what does, however far
 * away: Compose makes only those again that are named to it. Each after all of them that it lives in.
 */
export function followersOf(service: Service, all: readonly Service[]): readonly string[] {
  const others = all
    .filter((each) => each.project === service.project && each.service !== service.service)
    .toSorted((one, other) => (one.service < other.service ? -1 : 1))
  const found = [service]
  for (let before = 0; before < found.length;) {
    before = found.length
    for (const each of others) if (!found.includes(each) && uses(each, found)) found.push(each)
  }
  const waiting = new Set(found.slice(1))
  const placed: string[] = []
  while (waiting.size > 0) {
    const ready = [...waiting].filter(
      (each) =>
        !uses(
          each,
          [...waiting].filter((other) => other !== each),
        ),
    )
    // Of a circle, which Compose itself refuses, each is as good as any.
    const next = (ready.length > 0 ? ready : [...waiting]).toSorted((a, b) => (a.service < b.service ? -1 : 1))[0]
    if (next === undefined) break
    waiting.delete(next)
    placed.push(next.service)
  }
  return placed
}

const uses = ({ members }: Service, others: readonly Service[]): boolean =>
  members.some(({ container }) => others.some((other) => livesIn(container, other)))

/**
 * Names of the followers that do not run and are left so: those that none which runs lives in.
 * @param followers of one project, each after all of them that it lives in
 */
export function stoppedAmong(followers: readonly string[], all: readonly Service[]): readonly string[] {
  const running: Service[] = []
  const stopped: string[] = []
  for (const name of followers.toReversed()) {
    const found = all.find(({ service }) => service === name)
    if (found === undefined) continue
    const isNeeded = found.members.some(isMeantToRun) || running.some((each) => uses(each, [found]))
    if (isNeeded) running.push(found)
    else stopped.push(name)
  }
  return stopped.toReversed()
}

/** What is frozen was not stopped. */
const isMeantToRun = (member: Member): boolean => isWanted(member) || member.container.State.Paused

/** Whether a container uses the network, processes, memory or volumes of one of the service's. */
export function livesIn(container: ContainerInspect, { members }: Service): boolean {
  const hosts = new Set(members.flatMap((each) => [each.container.Id, nameOf(each.container)]))
  return dependencies(container).some(({ on }) => hosts.has(on))
}

/**
 * Whether everything that a follower lives in is there: a container of one of the services, and no other that is gone.
 * @param there ids and names of all containers of the engine
 */
export function isFollowing(
  container: ContainerInspect,
  services: readonly Service[],
  there: Iterable<string>,
): boolean {
  const needed = dependencies(container)
  if (needed.length === 0) return true
  const known = new Set(there)
  const isThere = (on: string) => known.has(on) || services.some(({ members }) => isOne(on, members))
  return services.some((each) => livesIn(container, each)) && needed.every(({ on }) => isThere(on))
}

const isOne = (on: string, members: Service['members']): boolean =>
  members.some(({ container }) => container.Id === on || nameOf(container) === on)
