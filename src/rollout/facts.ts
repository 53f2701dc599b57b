import type { ComposedDependant, Dependant } from './dependant.ts'
import type { RestartPolicy } from './restart-policy.ts'

/** Why a rollout goes or went the way it does: a code for programs, a sentence for people. */
export interface Reason {
  readonly code: string
  readonly sentence: string
}

/** The state of one instance as the engine shows it. */
export interface InstanceFacts {
  readonly id: string
  readonly name: string
  /** `restarting` is never `running`, although the engine says both. */
  readonly status: 'created' | 'running' | 'restarting' | 'paused' | 'exited' | 'dead'
  readonly restart: RestartPolicy
  readonly image: string
  readonly exitCode: number
  /** What the engine said when it could not start it; empty otherwise. */
  readonly error: string
  readonly health: 'none' | 'starting' | 'healthy' | 'unhealthy'
  /** What the gate's probe found, in words, when `health` is its finding; null when it was not asked. */
  readonly probe: string | null
  /** Time that its health check may need before it can fail (start period, interval, retries, timeout); 0 without one. */
  readonly healthBudgetMs: number
  /** Times the engine itself restarted it. */
  readonly restarts: number
  /** ISO time of the engine's clock; null before the first start. */
  readonly startedAt: string | null
  /** ISO time of the engine's clock; null while it never ended. */
  readonly finishedAt: string | null
  /** Whether it is connected to all networks of the workload under all their aliases and its present name. */
  readonly connected: boolean
  /** Equal for as long as nobody changes what a new instance is given of it; absent where none is made from it. */
  readonly settings?: string
  /** A network that it was on as of the rollout's `settings`, and that is no more; absent for none. */
  readonly lostNetwork?: string
  /** Whether its end was asked for from outside (stop or kill), rather than its own. */
  readonly stoppedByHand: boolean
}

interface CommonFacts {
  /** Engine id of the candidate's image when it is there, complete. */
  readonly candidateImage: string | null
  /** Where the tag that the new version runs under points on this engine; null when it names nothing. */
  readonly tagImage: string | null
  /** Whether another workload runs the candidate under that tag: the tag belongs to the whole host. */
  readonly isTagShared: boolean
  /** Whether the old image carries our keep tag. */
  readonly isProtected: boolean
}

/** What a target shows about a rollout that puts a new instance in the place of an old one. */
export interface ReplaceFacts extends CommonFacts {
  readonly old: InstanceFacts | null
  /** The instance that carries this rollout's operation label. */
  readonly new: InstanceFacts | null
  /** Id of the instance that holds the workload's name, whoever made it. */
  readonly nameHolder: string | null
  /** What was made to go back to in place of an old instance that removes itself, or that somebody removed; absent for none. */
  readonly copy?: InstanceFacts | null
  /** The new instance as the engine remembers it, where it removed itself when it ended. */
  readonly vanished?: InstanceFacts | null
  /** Those of the rollout, in its order; absent where it has none. */
  readonly dependants?: readonly DependantFacts[]
  /** Compose services of the set, in the rollout's order; absent where it has none. */
  readonly composed?: readonly ComposedFacts[]
  /** Whether the old instance was started before what it lives in was; absent where nobody had to look. */
  readonly isBehind?: boolean
}

/** What the target shows of one Compose service of the set. */
export interface ComposedFacts {
  readonly plan: ComposedDependant
  /** None where somebody took it down. */
  readonly instances: readonly InstanceFacts[]
  /** Whether all of them live in what has the names now that they mean, and in its present run. */
  readonly isFollowing: boolean
}

/** What the target shows of one dependant. */
export interface DependantFacts {
  readonly plan: Dependant
  readonly old: InstanceFacts | null
  /** The instance that carries the rollout's operation label and replaces this dependant. */
  readonly new: InstanceFacts | null
  /** What was made to go back to in its old instance's place; absent for none. */
  readonly copy?: InstanceFacts | null
  /** Whether the one of them that runs was started before what it lives in was. */
  readonly isBehind: boolean
  /** Id of the instance that holds its name, whoever made it. */
  readonly nameHolder: string | null
}

/** What a target shows about a rollout that Compose carries out. Compose owns the instances; none is kept beside. */
export interface ComposeFacts extends CommonFacts {
  /** Instances of the service that run anything but the candidate, oldest first. */
  readonly olds: readonly InstanceFacts[]
  /** Instances that run the candidate, oldest first. */
  readonly news: readonly InstanceFacts[]
  /** Ids of those among both that neither were there when it began nor were made by it: somebody else's. */
  readonly strangers: readonly string[]
  /** Containers that live in one of the service's: they have to be made again when it is. */
  readonly followers: readonly Follower[]
  /** Whether one lives in a past run of what the rollout follows, or in what is gone; absent where nobody had to look. */
  readonly isBehind?: boolean
  /** Whether one, or what lives in one, has yet to be given the name of what it replaced; absent where none has. */
  readonly isHalfMade?: boolean
  /** ISO time, by the engine's clock, of the end of the instance that is replaced; null while it is unknown. */
  readonly oldEndedAt: string | null
  /** Where the tag that the old version ran under points on this engine. */
  readonly fromTagImage: string | null
  /** Whether the files that define the service are as they were, as we left them, or changed by somebody else. */
  readonly definition: 'before' | 'after' | 'other'
}

/** A container of another service that uses the network, the processes or the volumes of one of the workload's. */
export interface Follower {
  readonly instance: InstanceFacts
  /** Whether the container that it lives in is still there. */
  readonly isFollowing: boolean
  /** Whether it did not run when that was planned, and is left so. */
  readonly isLeftStopped?: boolean
}

/** What an orchestrator shows about a rollout of one of its services, whose instances are its own affair. */
export interface ServiceFacts extends CommonFacts {
  /** What the service is told to run: the old version, the candidate, or what somebody else wrote; null where it is gone. */
  readonly told: 'before' | 'after' | 'other' | null
  /** The orchestrator's own progress with what it was told last. */
  readonly update: 'none' | 'updating' | 'paused' | 'completed' | 'returning' | 'return-paused' | 'returned'
  /** What it says of that; empty where it says nothing. */
  readonly message: string
  /** When it was told what it says, or began with that, as ISO time of its clock; null where it is gone. */
  readonly toldAt: string | null
  /** Whether it went back to the old version by itself, rather than because somebody told it to. */
  readonly hasReturnedItself: boolean
  /** Whether it takes a version back by itself when that fails. */
  readonly returnsByItself: boolean
  /** Instances of what it is told to run: those that run, and those that are wanted. */
  readonly running: number
  readonly wanted: number
  /** ISO time of the latest start among those that run; null while none does. */
  readonly latestStart: string | null
  readonly hasHealthCheck: boolean
  /** Whether an instance that is meant to run is being brought there: pulled for, or started. */
  readonly isStarting: boolean
  /** Time that its owner gives each step of an update, in milliseconds. */
  readonly paceMs: number
  /** Ends of the candidate since it was told to run, which neither count as its success nor are its machine's doing. */
  readonly failures: number
  /** As many of them as its owner lets pass. */
  readonly failuresForgiven: number
  /** Whether any of them is the candidate's own: it ran and ended, rather than never came to run. */
  readonly hasRun: boolean
  /** Its runs that came to their end and those under way; null for what is to go on for ever. */
  readonly job: { readonly done: number; readonly active: number } | null
  /** Whether one of its machines came, went or was told something since, of which the orchestrator makes a failure. */
  readonly isDisturbed: boolean
  /** Id of the latest of those ends that had run; null for none. */
  readonly lastEnded: string | null
  /** What is said of the latest of them, or of one that does not come to run; null for nothing. */
  readonly trouble: string | null
}

/** What a target shows about one rollout now, by the rollout's procedure. */
export type RolloutFacts = ReplaceFacts | ComposeFacts | ServiceFacts

export const isServiceFacts = (facts: RolloutFacts): facts is ServiceFacts => 'told' in facts

export const isComposeFacts = (facts: RolloutFacts): facts is ComposeFacts => 'definition' in facts

/** Id of the instance whose last words tell why the candidate failed; null where none had any. */
export function lastSpeaker(facts: RolloutFacts): string | null {
  if (isServiceFacts(facts)) return facts.lastEnded
  const newest = newestOf(facts)
  return newest?.startedAt ? newest.id : null
}

/** The newest instance that runs the candidate; null while there is none. */
export function newestOf(facts: RolloutFacts): InstanceFacts | null {
  if (isServiceFacts(facts)) return null
  return isComposeFacts(facts) ? (facts.news.at(-1) ?? null) : (facts.new ?? facts.vanished ?? null)
}
