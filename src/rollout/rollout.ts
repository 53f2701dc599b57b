import type { Digest } from '../image/digest.ts'
import type { PartOf, Way } from './along.ts'
import type { Definition } from './definition.ts'
import type { ComposedDependant, Dependant, Follow } from './dependant.ts'
import type { EffectKind } from './effects.ts'
import type { Reason } from './facts.ts'
import type { Gate, GateProgress } from './gate.ts'
import type { HookResult, Hooks } from './hooks.ts'
import type { ImageHealth } from './image-health.ts'
import type { RegistryWait } from './registry-wait.ts'
import type { RestartPolicy } from './restart-policy.ts'
import type { ServiceMemory } from './service-memory.ts'

export type { Definition } from './definition.ts'
export { effectKinds, isComposeEffect, isReplaceEffect } from './effects.ts'
export type { ComposeEffect, EffectKind, ReplaceEffect } from './effects.ts'
export type { ComposeFacts, InstanceFacts, Reason, ReplaceFacts, RolloutFacts, ServiceFacts } from './facts.ts'

/** Which of the two runs while the other starts. */
export type Order = 'stop-first' | 'start-first'

/**
 * Steps of the journal (docs/rollouts.md). A step is durable before its effect.
 * `J4`..`J7` mean different effects in the two orders; `R` is everything on the way back.
 */
export const journalSteps = ['J0', 'J1', 'J2', 'J3', 'J4', 'J5', 'J6', 'J7', 'J8', 'R'] as const
export type JournalStep = (typeof journalSteps)[number]

/**
 * Where a rollout stands, as far as looking at the target cannot tell:
 * `forward`   on the way to the verdict of the gate;
 * `passed`    the gate has passed: from here the new version is the one to keep;
 * `back`      on the way back to the old version, or, before that was touched, removing our own traces;
 * `kept`      done; the old instance is kept stopped until `keepUntil`;
 * `ended`     nothing is left to do.
 */
export type Stage = 'forward' | 'passed' | 'back' | 'kept' | 'ended'

export type Outcome =
  /** The new version serves. */
  | 'succeeded'
  /** The new version failed its gate; the old one serves again. */
  | 'rolled-back'
  /** The surroundings failed (port taken, disk full, pull failed); the old version serves. */
  | 'failed'
  /** A person or another tool changed the workload meanwhile; their state was left. */
  | 'superseded'
  /** Stopped before the old version was touched; planned afresh by the next pass. */
  | 'abandoned'
  /** Neither way could be completed; nothing was removed, and a person has to look. */
  | 'needs-human'

/**
 * How a rollout is carried out:
 * `replace`  we put a new instance in the place of the old one, which is kept until the new one has proven itself;
 * `compose`  `docker compose up` does, and the way back is another `up`;
 * `create`   nothing of its name exists, and one is made as the configuration says; the way back is to remove it;
 * `service`  an orchestrator does by its own rules, once told; the way back is another update, or its own.
 */
export type Procedure = 'replace' | 'compose' | 'create' | 'service'

/** A pause on the way back before an effect that failed is tried again. */
export interface BackWait {
  readonly effect: EffectKind
  /** ISO time of its first failure. */
  readonly since: string
  readonly until: string
  /** Those that failed so far, one after the other. */
  readonly tries: number
  /** Why the latest failed. */
  readonly sentence: string
}

/** What was decided before a rollout begins. Never changes. */
export interface PlannedRollout {
  /** Also the value of the operation label on what we create. */
  readonly id: string
  readonly workload: string
  readonly target: string
  /** The workload's name on the target, without suffixes of ours. */
  readonly name: string
  readonly procedure: Procedure
  /** Engine id of the instance that is replaced; of the oldest where there are several; empty where none is. */
  readonly oldInstance: string
  /**
   * What becomes of an old version that does not run, or not in whole: replaced and left stopped, or started too. Null for
   * one that runs.
   */
  readonly stopped: 'update' | 'start' | null
  /** Instances that ran when it was planned, where only some did; absent where all did, or none. */
  readonly ranBefore?: number
  /** Whether its instances remove themselves when they end (`--rm`). */
  readonly removesItself: boolean
  /** Instances that run when it is done. */
  readonly scale: number
  /** What cannot do without it and is made again with it, each after what it lives in. */
  readonly dependants: readonly Dependant[]
  /** Compose services that cannot do without it either, which Compose makes again; absent where there are none. */
  readonly composed?: readonly ComposedDependant[]
  /** Ids of the workloads that have to follow it once it is over, by rollouts of their own; absent where there are none. */
  readonly followedBy?: readonly string[]
  /**
   * Ids of the workloads that are made again with it, or follow it, and were not well before: they prove nothing. Of a
   * part also its own. Absent where there are none.
   */
  readonly unwellBefore?: readonly string[]
  /** Set where it is not about another image: it follows a container that it uses. */
  readonly follows: Follow | null
  /** The rollout that brings it along, since it lives in what that makes again; absent where it stands for itself. */
  readonly partOf?: PartOf
  /** Image reference under which the new version runs: as the user wrote it, with another tag where that changes. */
  readonly image: string
  /** Image reference under which the old version runs. */
  readonly fromReference: string
  /** Null where no file says what the workload is. */
  readonly definition: Definition | null
  /** Familiar name without tag and digest, to pull and tag under: `localhost:5000/web`. */
  readonly repository: string
  readonly tag: string
  /** The digest to run. */
  readonly digest: Digest
  /** Digest that ran before, for people; null when it has none. */
  readonly fromDigest: Digest | null
  /** Engine image id that ran before; empty where nothing did. */
  readonly fromImage: string
  /** What its image brings of a health check, as its registry told it; left out where that was not asked, or told nothing. */
  readonly imageHealth?: ImageHealth
  readonly order: Order
  readonly gate: Gate
  /** The user's restart policy, restored on whichever version stays. */
  readonly restart: RestartPolicy
  /** Where the user's tag pointed on the engine before we moved it; null when it named nothing. */
  readonly tagBefore: string | null
  /** How long the old instance is kept after success. */
  readonly keepOldMs: number
  /** Superseded images of the workload that stay on the target. */
  readonly keepImages: number
  /** The operator's commands. Their arguments may hold a secret, so they never leave the state. */
  readonly hooks: Hooks
  /** The policy that chose the digest, as text: a quarantine holds for it alone. */
  readonly policy: string
  readonly createdAt: string
}

/** One attempt to move a workload to a digest, and how far it came. Plain data: what the store keeps and the machine reads. */
export interface Rollout extends PlannedRollout {
  readonly stage: Stage
  /** Set with the verdict, so also while the way back is still under way. */
  readonly outcome: Outcome | null
  readonly reason: Reason | null
  /** Whether `reason` is the candidate's own fault, so that (workload, digest) is quarantined. */
  readonly candidateAtFault: boolean
  /** Latest journal step that was made durable. */
  readonly step: JournalStep
  /** Every effect that was made durable as about to happen, in order, repeats too; the machine reads who did what from it. */
  readonly attempted: readonly EffectKind[]
  /** Effects that failed, repeats too. */
  readonly failures: readonly EffectKind[]
  /** The last of them, and why; left out where none failed. For people: nothing is decided by it. */
  readonly lastFailure?: { readonly effect: EffectKind; readonly sentence: string }
  /** While its registry wants to be left alone, and after that until the image is pulled; left out otherwise. */
  readonly registryWait?: RegistryWait
  /** While something fails that brings the old version back, and after that until that is done; left out otherwise. */
  readonly backWait?: BackWait
  /** Whether such a wait has lasted, so that people were told; left out until then. */
  readonly wasHeldUp?: boolean
  /** Of a service alone, and of that since its orchestrator was first asked about it. */
  readonly service?: ServiceMemory
  /**
   * `startedAt` of the run that a restart of ours ended. As long as the engine tells no other, the restart could not start
   * it again, and no person stopped it. Left out until then.
   */
  readonly endedRun?: string
  /** Which version those of `followedBy` live in by now; left out until they have followed. */
  readonly followed?: Way
  /** How hooks ended, in order. */
  readonly hookResults: readonly HookResult[]
  readonly gateProgress: GateProgress | null
  /** Engine ids of instances that passed the gate while others had yet to be replaced. */
  readonly proven: readonly string[]
  /** The second look of a start-first rollout, after names and aliases moved. */
  readonly checkProgress: GateProgress | null
  /** Engine image id of the candidate, once pulled and checked. */
  readonly toImage: string | null
  /** What was to be given to the new instances, as of when the candidate was there, or of before its pull; left out where nobody tells. */
  readonly settings?: string
  /** Milliseconds during which neither version ran, once known. */
  readonly gapMs: number | null
  /** Last lines that the failed version printed, with secrets struck out; null unless it failed. */
  readonly logTail: string | null
  readonly keepUntil: string | null
  readonly endedAt: string | null
}
