import type { RestartPolicy } from './restart-policy.ts'

/** What a container has of another: `network`, `processes` and `memory` are namespaces that end with the other's run. */
export const ties = ['network', 'processes', 'memory', 'volumes', 'link'] as const
export type Tie = (typeof ties)[number]

/**
 * A container that cannot do without one that is replaced, so that it is made again with it, of the image that it has.
 * Together with what is replaced they are a set: it proves itself, and goes back, as one.
 */
export interface Dependant {
  /** Engine id. */
  readonly instance: string
  readonly name: string
  /** Engine id of its image, which stays. */
  readonly image: string
  /** The user's restart policy, restored on whichever instance stays. */
  readonly restart: RestartPolicy
  /** One that did not run is made again and left stopped. */
  readonly wasRunning: boolean
  /** Whether it was down when that was planned, though nobody had stopped it; absent where it was not. */
  readonly isDown?: boolean
  /** What it has of others of the set. */
  readonly by: readonly Tie[]
}

/**
 * A Compose service that cannot do without a container that is replaced. Its containers are Compose's own, so they are
 * made again by a forced `up` of the service, of the image that it has.
 */
export interface ComposedDependant {
  /** `project/service`. */
  readonly name: string
  /** Engine ids of its containers when that was planned. */
  readonly instances: readonly string[]
  /** Engine id of its image, which stays. */
  readonly image: string
  /** Image reference as its file has it. */
  readonly reference: string
  /** One that did not run is made again and left stopped. */
  readonly wasRunning: boolean
}

/** Why a workload has to follow a container that it uses, and how. */
export interface Follow {
  /** `restart`: the other was started again. `recreate`: it is another container by now, under the same name. */
  readonly how: 'restart' | 'recreate'
  /** Name of the container that it uses. */
  readonly provider: string
  readonly sentence: string
  /** Whether a person had stopped it, so that it is made anew and not started. */
  readonly isLeftStopped: boolean
  /** Whether it is down since a restart of ours could not start it again; absent where it is not. */
  readonly isDownByUs?: boolean
}

/** What a target says of a workload that has to follow another, or may have to. */
export interface Following {
  /** Set while it runs in what a container that it uses no longer is; absent where that cannot be. */
  readonly follows?: Follow | null
  /** Milliseconds since the epoch before which it leaves that to somebody else; absent for at once. */
  readonly followsAt?: number
  /** What it has to follow, where that took the place of another; absent where nobody can tell, and for a restart. */
  readonly madeAnew?: MadeAnew
}

/** A container that took the place of another. */
export interface MadeAnew {
  /** Ids of the workload that it belongs to, and of those that it lives in itself: they are made again together. */
  readonly workloads: readonly string[]
  /** When it was made, in milliseconds since the epoch by the clock of the engine. */
  readonly at: number
  /** Whether rollouts of ours have been at one of these, as far as the target alone tells. */
  readonly isTraced: boolean
}

/** What people are told of a set: `a, b and c`. */
export function namesOf(dependants: readonly { readonly name: string }[]): string {
  const names = dependants.map(({ name }) => name)
  const last = names.at(-1) ?? ''
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`
}
