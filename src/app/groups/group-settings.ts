/** What the configuration says of a group. */
export interface GroupSettings {
  /** Whether one failure takes back the others that went with it. */
  readonly atomic: boolean
  /** Rollouts of it at a time, over all targets; null where only their own limits count. */
  readonly maxParallel: number | null
}

/** What the configuration says of a target's rollouts. */
export interface TargetLimits {
  /** Rollouts at a time. */
  readonly maxParallel: number
  /** Workloads that may want a change at once; `default` for 20 on a target with more than 40, `off` for any number. */
  readonly maxChanges: number | 'default' | 'off'
  /** Whether versions that fail one after the other hold all others. */
  readonly brake: boolean
}

/** Of a group that only labels name. */
export const groupDefaults: GroupSettings = { atomic: false, maxParallel: null }

/** Of a target that the configuration does not name. */
export const targetDefaults: TargetLimits = { maxParallel: 1, maxChanges: 'default', brake: true }
