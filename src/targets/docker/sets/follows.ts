import type { ContainerInspect } from '../../../clients/docker/shapes.ts'
import type { Follow, Tie } from '../../../rollout/dependant.ts'
import { policyRestarts } from '../../../rollout/restart-policy.ts'
import { endsWithRun, nameOf } from '../../engine/dependants.ts'
import { formatRestartPolicy } from '../../engine/restart-policy.ts'
import type { LeftAlone } from '../../target.ts'
import { claimedMounts } from './inherited.ts'
import type { Relation } from './relations.ts'

/** What a container that runs has to do because of one that it uses; null for nothing. */
export type Following =
  { readonly kind: 'follow'; readonly follow: Follow } | { readonly kind: 'wait'; readonly reason: LeftAlone } | null

interface Names {
  /** The name that a container had which is gone; null when nobody knows it. */
  readonly ofGone: (id: string) => string | null
  /** The container that has a name now. */
  readonly holder: (name: string) => ContainerInspect | null
  /** The name that a container has as a workload, where a rollout keeps it beside its successor. */
  readonly keptName: (container: ContainerInspect) => string | null
}

/**
 * One that was stopped is left so, since whoever did that meant it; but where what it refers to is gone for good it is made
 * anew, and left stopped. One that its owner's policy keeps up, and that could not be started without the other, is not
 * stopped in that sense.
 */
export function followingOf(container: ContainerInspect, relations: readonly Relation[], names: Names): Following {
  if (container.State.Restarting || container.State.Paused) return null
  const isWanted = container.State.Running || isWaiting(container)
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
  if (first?.kind !== 'follow') return first
  return { ...first, follow: { ...first.follow, isLeftStopped: !isWanted } }
}

/**
 * Whether the engine could not start it again, as it is to. In which words depends on how far the end of what it lives
 * in had come by then: `No such container`, `cannot join`, or that a file below `/proc` is not there.
 */
const isWaiting = ({ State, HostConfig }: ContainerInspect): boolean =>
  State.Error !== '' && policyRestarts(formatRestartPolicy(HostConfig.RestartPolicy), State.ExitCode)

function followingOne(container: ContainerInspect, { on, by, provider }: Relation, names: Names): Following {
  const kept = provider === null ? null : names.keptName(provider)
  if (provider === null || kept !== null) {
    const name = kept ?? names.ofGone(on) ?? (isId(on) ? null : on)
    const what = name ?? `the container ${on.slice(0, 12)}`
    const successor = name === null ? null : names.holder(name)
    if (successor === null || name === null) {
      return waits('PROVIDER_GONE', `${what}, whose ${words[by]} it uses, is gone; make both anew`)
    }
    if (!successor.State.Running) return waits('PROVIDER_STOPPED', notRunning(name, by))
    return follows('recreate', name, `${name}, whose ${words[by]} it uses, is another container by now`)
  }
  const name = nameOf(provider)
  if (by === 'volumes') {
    return hasOtherVolumes(container, provider)
      ? follows('recreate', name, `${name}, whose volumes it uses, has others by now`)
      : null
  }
  if (!provider.State.Running) return waits('PROVIDER_STOPPED', notRunning(name, by))
  if (!endsWithRun(by) || !isBehind(container, provider)) return null
  return follows('restart', name, `${name}, whose ${words[by]} it uses, was started again`)
}

/** Whether a container was started before what it lives in was. */
export const isBehind = (container: ContainerInspect, provider: ContainerInspect): boolean =>
  provider.State.Running && Date.parse(container.State.StartedAt) < Date.parse(provider.State.StartedAt)

const words: Readonly<Record<Tie, string>> = {
  network: 'network',
  processes: 'processes',
  memory: 'shared memory',
  volumes: 'volumes',
  link: 'link',
}

const isId = (on: string): boolean => /^[0-9a-f]{64}$/.test(on)

const notRunning = (name: string, by: Tie): string => `${name}, whose ${words[by]} it uses, does not run`

const waits = (code: string, sentence: string): Following => ({
  kind: 'wait',
  reason: { code, sentence, isHeld: true },
})

const follows = (how: Follow['how'], provider: string, sentence: string): Following => ({
  kind: 'follow',
  follow: { how, provider, sentence, isLeftStopped: false },
})

/** Its own mounts win over those of another, so a place that it claims itself says nothing. */
function hasOtherVolumes(container: ContainerInspect, provider: ContainerInspect): boolean {
  const own = claimedMounts(container)
  const placeOf = (at: string) => (container.Mounts ?? []).find(({ Destination }) => Destination === at)
  return (provider.Mounts ?? [])
    .filter(({ Type, Destination }) => (Type === 'volume' || Type === 'bind') && !own.has(Destination))
    .some(({ Name, Source, Destination }) => {
      const place = placeOf(Destination)
      return Name === undefined ? place?.Source !== Source : place?.Name !== Name
    })
}
