import type { ContainerInspect } from '../../../clients/docker/shapes.ts'
import type { Follow, Tie } from '../../../rollout/dependant.ts'
import { endsWithRun, isEngineId, nameOf, tieWords } from '../../engine/dependants.ts'
import { isWaiting } from '../../engine/is-waiting.ts'
import { hasOtherVolumes } from '../../engine/inherited-volumes.ts'
import type { LeftAlone } from '../../target.ts'
import type { Relation } from './relations.ts'

/** What a container that runs has to do because of one that it uses; null for nothing. */
export type Following =
  | {
      readonly kind: 'follow'
      readonly follow: Follow
      /** The container that took the place of another; absent where it is the same one. */
      readonly successor?: ContainerInspect
    }
  | { readonly kind: 'wait'; readonly reason: LeftAlone }
  | null

interface Names {
  /** The name that a container had which is gone; null when nobody knows it. */
  readonly ofGone: (id: string) => string | null
  /** The container that has a name now. */
  readonly holder: (name: string) => ContainerInspect | null
  /** The name that a container has as a workload, where a rollout keeps it beside its successor. */
  readonly keptName: (container: ContainerInspect) => string | null
  /** Id of the workload that a container belongs to. */
  readonly workloadOf: (container: ContainerInspect) => string
  /** Whether it is down since a restart of ours could not start it again. */
  readonly isDownByUs: (container: ContainerInspect) => boolean
}

/**
 * One that was stopped is left so, since whoever did that meant it; but where what it refers to is gone for good it is made
 * anew, and left stopped. One that a restart of ours left down is not stopped in that sense, nor is one that its owner's
 * policy keeps up and that could not be started without the other.
 */
export function followingOf(container: ContainerInspect, relations: readonly Relation[], names: Names): Following {
  if (container.State.Restarting || container.State.Paused) return null
  const isDownByUs = names.isDownByUs(container)
  const isWanted = container.State.Running || isWaiting(container) || isDownByUs
  const following = firstToFollow(container, relations, names, isWanted)
  if (following?.kind !== 'follow' || !isDownByUs) return following
  return { ...following, follow: { ...following.follow, isDownByUs } }
}

function firstToFollow(
  container: ContainerInspect,
  relations: readonly Relation[],
  names: Names,
  isWanted: boolean,
): Following {
  // Volumes stay where they are, so for those nothing is lost while it is stopped.
  const found = (isWanted ? relations : relations.filter(({ by }) => by !== 'volumes'))
    .map((each) => followingOne(container, each, names))
    .filter((each) => each !== null)
    .filter((each) => isWanted || (each.kind === 'follow' && each.follow.how === 'recreate'))
  const first =
    found.find((each) => each.kind === 'wait') ??
    found.find((each) => each.kind === 'follow' && each.follow.how === 'recreate') ??
    found[0] ??
    null
  if (first?.kind === 'wait') {
    const restart = restartAtLeast(container, relations, names)
    if (restart !== null) return restart
    const waitsFor = found.flatMap((each) => (each.kind === 'wait' ? (each.reason.waitsFor ?? []) : []))
    return { ...first, reason: { ...first.reason, waitsFor } }
  }
  if (first === null) return null
  return { ...first, follow: { ...first.follow, isLeftStopped: !isWanted } }
}

/** The engine looks for those whose volumes it has only where it makes it anew: without them it can be started again. */
function restartAtLeast(container: ContainerInspect, relations: readonly Relation[], names: Names): Following {
  const others = relations.filter(({ by }) => by !== 'volumes').map((each) => followingOne(container, each, names))
  const found = others.filter((each) => each !== null)
  const isEnough = found.every((each) => each.kind === 'follow' && each.follow.how === 'restart')
  return isEnough ? (found[0] ?? null) : null
}

function followingOne(container: ContainerInspect, { on, by, provider }: Relation, names: Names): Following {
  const kept = provider === null ? null : names.keptName(provider)
  if (provider === null || kept !== null) {
    const name = kept ?? names.ofGone(on) ?? (isEngineId(on) ? null : on)
    const what = name ?? `the container ${on.slice(0, 12)}`
    const successor = name === null ? null : names.holder(name)
    if (successor === null || name === null) {
      const why = name === null ? ', and nothing tells its name any more; make it anew' : '; make both anew'
      return waits('PROVIDER_GONE', `${what}, whose ${tieWords[by]} it uses, is gone${why}`)
    }
    if (!successor.State.Running) return waits('PROVIDER_STOPPED', notRunning(name, by), names.workloadOf(successor))
    const sentence = `${name}, whose ${tieWords[by]} it uses, is another container by now`
    // Who has its volumes is not cut off.
    return follows('recreate', name, sentence, ...(endsWithRun(by) ? [successor] : []))
  }
  const name = nameOf(provider)
  if (by === 'volumes') {
    return hasOtherVolumes(container, provider)
      ? follows('recreate', name, `${name}, whose volumes it uses, has others by now`)
      : null
  }
  if (!provider.State.Running) return waits('PROVIDER_STOPPED', notRunning(name, by), names.workloadOf(provider))
  if (!endsWithRun(by) || !isBehind(container, provider)) return null
  return follows('restart', name, `${name}, whose ${tieWords[by]} it uses, was started again`)
}

/** Whether a container was started before what it lives in was. */
export const isBehind = (container: ContainerInspect, provider: ContainerInspect): boolean =>
  provider.State.Running && Date.parse(container.State.StartedAt) < Date.parse(provider.State.StartedAt)

const notRunning = (name: string, by: Tie): string => `${name}, whose ${tieWords[by]} it uses, does not run`

const waits = (code: string, sentence: string, ...waitsFor: readonly string[]): Following => ({
  kind: 'wait',
  reason: { code, sentence, isHeld: true, waitsFor },
})

const follows = (how: Follow['how'], provider: string, sentence: string, successor?: ContainerInspect): Following => ({
  kind: 'follow',
  follow: { how, provider, sentence, isLeftStopped: false },
  ...(successor && { successor }),
})
