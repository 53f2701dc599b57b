import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import type { Follow } from '../../rollout/dependant.ts'
import { dependencies, endsWithRun, nameOf } from '../engine/dependants.ts'
import type { Workload } from '../target.ts'
import { isWanted } from './left-alone.ts'
import type { Service } from './services.ts'

/**
 * How long whoever started a container again has to do the same with what lives in it: `docker compose restart` takes one
 * after the other, and each may take its 10 seconds to end. Ours in the middle would take it from under theirs.
 */
const settleMs = 15_000

/** How a service stands to those of its project that it lives in. */
export interface Inside extends Pick<Workload, 'follows' | 'followsAt' | 'madeAnew'> {
  /** The service that it lived in, and that is another container by now; absent where it still lives in it. */
  readonly livesIn?: string
  /** That container. */
  readonly anew?: ContainerInspect
}

/**
 * What a service has to do because another one of its project, in whose network or processes it lives, was started again
 * or made anew alone: Compose itself sees nothing to do there. Empty for nothing.
 *
 * @param gone names of containers of the project that it lived in, and that are gone
 */
export function insideFollow(
  { project, members }: Service,
  all: readonly Service[],
  gone: readonly string[],
  now: number,
): Inside {
  if (!members.some(isWanted)) return {}
  const others = all.filter((each) => each.project === project).flatMap((each) => each.members)
  const anew = others.find(({ container }) => gone.includes(nameOf(container)) && container.State.Running)
  if (anew !== undefined) {
    const found = follow('recreate', anew.container, 'is another container by now', now)
    return { ...found, livesIn: anew.compose.service, anew: anew.container }
  }
  for (const member of members.filter(isWanted)) {
    const { container } = member
    for (const { on, by } of dependencies(container)) {
      const provider = others.find((each) => each.container.Id === on)?.container
      if (provider === undefined || !endsWithRun(by) || !isBehind(container, provider)) continue
      return follow('restart', provider, 'was started again', now)
    }
  }
  return {}
}

function follow(how: Follow['how'], provider: ContainerInspect, what: string, now: number) {
  const name = nameOf(provider)
  // Who knows how far the engine's clock is ahead of ours.
  const agoMs = now - Date.parse(provider.State.StartedAt)
  const isSettling = agoMs >= 0 && agoMs < settleMs
  return {
    follows: { how, provider: name, sentence: `${name}, which it uses, ${what}`, isLeftStopped: false },
    ...(isSettling && { followsAt: now + settleMs - agoMs }),
  }
}

const isBehind = (container: ContainerInspect, provider: ContainerInspect): boolean =>
  provider.State.Running && Date.parse(container.State.StartedAt) < Date.parse(provider.State.StartedAt)
