import type { AppError } from '../errors.ts'
import type { Digest } from '../image/digest.ts'
import type { Platform } from '../image/platform.ts'
import type { CommandEnd, HookCommand } from '../rollout/hooks.ts'
import type { ComposedDependant, Dependant, Following } from '../rollout/dependant.ts'
import type { PullPace } from '../rollout/registry-wait.ts'
import type { RestartPolicy } from '../rollout/restart-policy.ts'
import type { Orchestrated } from '../rollout/orchestrated.ts'
import type { Definition, EffectKind, Order, Procedure, Rollout, RolloutFacts } from '../rollout/rollout.ts'
import type { LeftAlone } from '../rollout/left-alone.ts'
import type { Stopped } from '../rollout/left-stopped.ts'
import type { Orchestrating } from '../rollout/orchestrating.ts'
import type { FoundRollout } from '../rollout/found-rollout.ts'

export type { LeftAlone } from '../rollout/left-alone.ts'

/** Second part of a workload's id. */
export type WorkloadKind = 'container' | 'compose' | 'swarm'

/** One workload as its target shows it now. */
export interface Workload extends Orchestrated, Following {
  /** `<target>/<kind>/<name>`; survives recreation. */
  readonly id: string
  readonly target: string
  readonly kind: WorkloadKind
  readonly name: string
  /** Engine id of the instance that runs it. */
  readonly instance: string
  /** Image reference as the user wrote it; may be a bare image id. */
  readonly image: string
  /** The workload's own labels; what its image brought is left out, so that no image can opt itself in. */
  readonly labels: Readonly<Record<string, string>>
  readonly isRunning: boolean
  /** Engine id of the image that it runs. */
  readonly imageId: string
  /** Every `repository@digest` under which the engine knows that image, canonical. */
  readonly repositoryDigests: readonly string[]
  readonly platform: Platform | null
  /** The rollout that made this instance, from its operation label. */
  readonly operation: string | null
  readonly restart: RestartPolicy
  readonly hasHealthCheck: boolean
  /** Time its own health check may need before it can fail, in milliseconds; 0 without one. */
  readonly healthBudgetMs: number
  /** Instances that it has; more than one where its owner scaled it. */
  readonly scale: number
  /** How many of them run, where only some do; absent where all do, or none. */
  readonly running?: number
  /** Ids of workloads that it uses or depends on, and that are dealt with before it when they change too. */
  readonly after: readonly string[]
  /** Order of replacement that suits it, and why, in words. */
  readonly suggestedOrder: { readonly order: Order; readonly why: string }
  /** Why start-first is impossible whatever its settings say, as the end of a sentence; null where it is not. */
  readonly noStartFirst: string | null
  /** Files that define it, as the target tells; none for a plain container. */
  readonly definedBy: readonly string[]
  readonly leftAlone: LeftAlone | null
  /** Whether nothing of its name exists, and the configuration says what is to be made. */
  readonly isAbsent?: boolean
  /** Whether its instance removes itself when it ends. */
  readonly removesItself?: boolean
  /** What has to be made again with it, each after what it lives in; absent where nothing has. */
  readonly dependants?: readonly Dependant[]
  /** Compose services that have to be made again with it, by Compose; absent where none has. */
  readonly composed?: readonly ComposedDependant[]
  /** Ids of workloads that live in what is made again, and break unless they follow by themselves; absent where none does. */
  readonly followedBy?: readonly string[]
  /** Ids of those among it and its dependants that are not well as they run now; absent where all are. */
  readonly unwell?: readonly string[]
  /** What its owner should know beside whatever is decided, as a sentence without its end. */
  readonly note?: string
  /** What the configuration would make it of, were it missing, where that is of its own repository; absent for the others. */
  readonly writtenImage?: string
}

/** A value of the workload that the new image's defaults will change. Never carries an environment value. */
export interface SettingChange {
  readonly setting: string
  readonly from: string
  readonly to: string
}

/** Bytes and layers of a pull so far. */
export interface PullProgress {
  readonly layersDone: number
  readonly layers: number
  readonly bytesDone: number
  readonly bytes: number
}

/** What only a costly look tells about a rollout that is due: whether it may begin, and what it will change. */
export type Preparation =
  | ({
      readonly kind: 'ready'
      /** Null where no file says what the workload is. */
      readonly definition: Definition | null
    } & Pick<Workload, 'followedBy'>)
  | { readonly kind: 'held'; readonly reason: LeftAlone }

/** What answers at a target, for people. */
export interface EngineNote {
  /** `Docker 26.1.5 (API 1.45)` */
  readonly engine: string
  /** What it cannot do for us, each as a sentence without its full stop; empty for what is supported in full. */
  readonly limits: readonly string[]
}

/** How something that rollouts need stands at a target. */
export interface TargetFinding {
  /** Whether rollouts fail for it; where it has a remedy and is none, something else does not work. */
  readonly isFault: boolean
  /** Without its full stop. */
  readonly sentence: string
  /** What to do about it; null for what is as it should be. */
  readonly remedy: string | null
}

export type TargetChange =
  /** Something about a workload may have changed. */
  | { readonly kind: 'changed'; readonly workload: string }
  /** Events may have been missed; everything is to be looked at. */
  | { readonly kind: 'resync' }

/** An endpoint that runs workloads. One adapter per kind. */
export interface Target extends Orchestrating {
  /** Name that starts the ids of its workloads: `local`. Targets of several kinds may share one. */
  readonly name: string
  readonly kind: WorkloadKind
  /** How its rollouts are carried out. */
  readonly procedure: Procedure

  /**
   * Everything that runs or could run there, also what is left alone.
   * @throws TARGET_UNAVAILABLE, TARGET_FORBIDDEN, TARGET_UNSUPPORTED
   */
  listWorkloads(signal: AbortSignal): Promise<readonly Workload[]>

  /**
   * Looks closely at what a rollout would touch besides the instances. Reads only. Without it nothing else is touched.
   * @param image reference under which the new version is to run
   * @param leaves what becomes of one that does not run, or not in whole; null, also when left out, for one that does
   */
  prepare?(workload: Workload, image: string, signal: AbortSignal, leaves?: Stopped): Promise<Preparation>

  /** What the target shows about a rollout now. Reads only. */
  observe(rollout: Rollout, signal: AbortSignal): Promise<RolloutFacts>

  /**
   * Brings one effect about. Doing it twice is the same as once.
   * A TARGET_* error tells whether the candidate (START_FAILED) or the surroundings are at fault.
   */
  apply(rollout: Rollout, effect: EffectKind, context: ApplyContext): Promise<void>

  /** Everything needed to build the old instance again, for the state file only: it holds environment values. */
  capture(rollout: Rollout, signal: AbortSignal): Promise<unknown>

  /** The last lines that an instance printed, at most 4 KiB. */
  readLogTail(instance: string, signal: AbortSignal): Promise<string>

  /**
   * Runs a command in an instance and waits for its end. The same command that an earlier life of ours left running in
   * there is waited for first, so that no two of it meet.
   * @param user null for the instance's own
   */
  runInside?(
    instance: string,
    command: HookCommand & { readonly user: string | null },
    signal: AbortSignal,
  ): Promise<CommandEnd>

  /** Rollouts that labels on the target speak of, finished ones too. */
  findRollouts(signal: AbortSignal): Promise<readonly FoundRollout[]>

  /** Values of the workload that another image, by its configuration document in the registry, would change. */
  previewSettings(workload: Workload, imageConfig: unknown, signal: AbortSignal): Promise<readonly SettingChange[]>

  /** Asks whether the target answers now, at little cost. @throws TARGET_* when it does not, ABORTED */
  ping?(signal: AbortSignal): Promise<void>

  /** What answers there, and what it cannot do; left out by all but one of those that share a name. */
  describe?(signal: AbortSignal): Promise<EngineNote>

  /** Tries all that rollouts will ask of it, and changes nothing. @throws TARGET_* when it does not answer, ABORTED */
  examine?(signal: AbortSignal): Promise<readonly TargetFinding[]>

  /** Waits until the target answers again. */
  waitUntilAvailable(signal: AbortSignal): Promise<void>

  /**
   * Calls back on changes until the signal fires. Reconnects by itself.
   * @param onRefused told once, while it lasts, that following is not allowed; looking from time to time goes on
   */
  watch?(
    onChange: (change: TargetChange) => void,
    signal: AbortSignal,
    onRefused?: (error: AppError) => void,
  ): Promise<void>

  /**
   * Removes references to an image that we superseded or that failed: our keep tag and `repository@digest`.
   * Never by force; an image that anything still uses stays.
   * @returns whether the image is gone
   */
  prune?(image: SupersededImage, signal: AbortSignal): Promise<boolean>

  close(): void
}

/** Whether a workload, by its id, is one of a target's. */
export const isOf = ({ name, kind }: Pick<Target, 'name' | 'kind'>, workload: string): boolean =>
  workload.startsWith(`${name}/${kind}/`)

/** The name of the target that a workload's id begins with. */
export const targetOf = (workload: string): string => workload.slice(0, workload.indexOf('/'))

export interface SupersededImage {
  /** Whose keep tag goes; another workload's keep tag on the same image stays. */
  readonly workload: string
  readonly repository: string
  readonly digest: Digest | null
  readonly image: string
}

export interface ApplyContext {
  readonly signal: AbortSignal
  readonly onPullProgress?: (progress: PullProgress) => void
  /** What `capture` gave, for effects that make a new version beside the old one, or bring that back. */
  readonly snapshot?: unknown
  /** Registry credentials for the pull, absent for anonymous; `signIn` finds them for what mostly pulls nothing. */
  readonly pullAuth?: PullAuth
  readonly signIn?: () => Promise<PullAuth | null>
  readonly pullPace?: PullPace
}

export interface PullAuth {
  readonly username: string
  readonly password: string
  readonly registry: string
  /** Whether `password` is an OAuth2 identity token rather than a password. */
  readonly isIdentityToken: boolean
}
