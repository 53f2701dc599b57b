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

/** What a target shows about one rollout now. */
export interface RolloutFacts {
  readonly old: InstanceFacts | null
  /** The instance that carries this rollout's operation label. */
  readonly new: InstanceFacts | null
  /** Engine id of the candidate's image when it is there, complete. */
  readonly candidateImage: string | null
  /** Where the user's tag points on this engine; null when it names nothing. */
  readonly tagImage: string | null
  /** Whether another workload runs the candidate under that tag: the tag belongs to the whole host. */
  readonly isTagShared: boolean
  /** Whether the old image carries our keep tag. */
  readonly isProtected: boolean
  /** Id of the instance that holds the workload's name, whoever made it. */
  readonly nameHolder: string | null
}
