/** When a hook runs. `beforeRollback` and `afterRollback` are about the way back of a rollout that went wrong. */
export const hookMoments = ['beforeRollout', 'afterRollout', 'beforeRollback', 'afterRollback'] as const
export type HookMoment = (typeof hookMoments)[number]

/** One effect for each moment; it stands for the first hook of it that has no result yet. */
export const hookEffects = [
  'hook-before-rollout',
  'hook-after-rollout',
  'hook-before-rollback',
  'hook-after-rollback',
] as const
export type HookEffect = (typeof hookEffects)[number]

/** A command of the operator's, from the configuration file alone: no image, no label and no event ever becomes one. */
export interface Hook {
  /** For people. Never its arguments, which may hold a secret. */
  readonly name: string
  /** Inside a container of the workload, or here, beside us. */
  readonly place: 'inside' | 'here'
  /** The program and its arguments. A shell is among them only where one was asked for. */
  readonly command: readonly string[]
  /** Inside: the user that runs it; null for the container's own. */
  readonly user: string | null
  /** Inside: whether one instance is enough where a workload has several. */
  readonly instances: 'first' | 'every'
  readonly timeoutMs: number
  /** What a failure means: `stop` before a rollout, `rollback` after it; `continue` only tells of it. */
  readonly onFailure: 'stop' | 'continue' | 'rollback'
  /** Before a rollback, while neither version runs: whether the old version has to wait for it. */
  readonly whenDown: 'skip' | 'run'
}

/** The hooks of a workload, in the order in which they run. */
export type Hooks = Readonly<Record<HookMoment, readonly Hook[]>>

export const noHooks: Hooks = { beforeRollout: [], afterRollout: [], beforeRollback: [], afterRollback: [] }

export const hookOutcomes = ['done', 'failed', 'postponed', 'timed-out', 'unknown', 'skipped'] as const

/** How one hook ended. */
export interface HookEnd {
  /**
   * `postponed` asks to try again later; `unknown` means that it could not be run, or that we were killed each time before
   * it had ended; `skipped` that it was not to be started.
   */
  readonly outcome: (typeof hookOutcomes)[number]
  /** Null where it did not end by itself. */
  readonly exitCode: number | null
  /** Why, as the end of a sentence about the hook. */
  readonly sentence: string
  /** The last it printed, at most 4 KiB, with secrets struck out. */
  readonly output: string
}

/** The end of one hook, as it is kept with its rollout. */
export interface HookResult extends HookEnd {
  readonly moment: HookMoment
  readonly name: string
  /** ISO time at which it was written down. */
  readonly at: string
}

/** Exit code by which a hook before a rollout asks to try again later: EX_TEMPFAIL, as Watchtower's users know it. */
export const postponeExitCode = 75

/** What a command that has come to its end leaves. */
export interface CommandEnd {
  /** Null when it was not through in time. */
  readonly exitCode: number | null
  /** The last it printed, secrets struck out. */
  readonly output: string
}

/** A command to be run for a workload, wherever that is. */
export interface HookCommand {
  readonly command: readonly string[]
  /** Beside what the place itself gives. */
  readonly environment: Readonly<Record<string, string>>
  readonly limitMs: number
}

/** Most hooks of one moment: far below the tries that a rollout has for one effect. */
export const hooksMax = 8

const effects: Readonly<Record<HookMoment, HookEffect>> = {
  beforeRollout: 'hook-before-rollout',
  afterRollout: 'hook-after-rollout',
  beforeRollback: 'hook-before-rollback',
  afterRollback: 'hook-after-rollback',
}

export const hookEffectOf = (moment: HookMoment): HookEffect => effects[moment]

/** The moment that an effect belongs to; null for an effect that is no hook. */
export const hookMomentOf = (effect: string): HookMoment | null =>
  hookMoments.find((moment) => effects[moment] === effect) ?? null

/** A hook in the words of history and status: `the hook dump before the rollout`. */
export function tellHook({ moment, name }: Pick<HookResult, 'moment' | 'name'>): string {
  const when = {
    beforeRollout: 'before the rollout',
    afterRollout: 'after the rollout',
    beforeRollback: 'before the rollback',
    afterRollback: 'after the rollback',
  }[moment]
  return `the hook ${name} ${when}`
}
