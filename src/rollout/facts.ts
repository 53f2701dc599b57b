import type { Dependant } from './dependant.ts'
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
  /** What was made to go back to in place of an old instance that removes itself; absent where that is not needed. */
  readonly copy?: InstanceFacts | null
  /** The new instance as the engine remembers it, where it removed itself when it ended. */
  readonly vanished?: InstanceFacts | null
  /** Those of the rollout, in its order; absent where it has none. */
  readonly dependants?: readonly DependantFacts[]
  /** Whether the old instance was started before what it lives in was; absent where nobody had to look. */
  readonly isBehind?: boolean
}

/** What the target shows of one dependant. */
export interface DependantFacts {
  readonly plan: Dependant
  readonly old: InstanceFacts | null
  /** The instance that carries the rollout's operation label and replaces this dependant. */
  readonly new: InstanceFacts | null
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
}

/** What a target shows about one rollout now, by the rollout's procedure. */
export type RolloutFacts = ReplaceFacts | ComposeFacts

export const isComposeFacts = (facts: RolloutFacts): facts is ComposeFacts => 'definition' in facts

/** The newest instance that runs the candidate; null while there is none. */
export const newestOf = (facts: RolloutFacts): InstanceFacts | null =>
  isComposeFacts(facts) ? (facts.news.at(-1) ?? null) : (facts.new ?? facts.vanished ?? null)
