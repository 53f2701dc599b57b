import type { DurationRange } from '../../lib/duration.ts'
import type { Gate } from '../../rollout/gate.ts'
import type { Hooks } from '../../rollout/hooks.ts'
import type { Order } from '../../rollout/rollout.ts'
import type { HooksOverride } from './hook-settings.ts'

/** How one workload is treated: its labels over the first rule that matches it over the defaults. */
export interface WorkloadSettings {
  /** The policy as its owner wrote it: a text, or its object form as JSON. */
  readonly policy: string
  /** Which tags it may choose among, in the place of its own `include`; null for its own. */
  readonly tags: readonly string[] | null
  /** How old a tag has to be, in the place of its own `minAge`; null for its own. */
  readonly minAge: string | null
  /** `notify` shows what could be rolled out and never acts. */
  readonly mode: 'auto' | 'notify'
  readonly order: 'auto' | Order
  readonly gate: GateSettings
  readonly keepOldMs: number
  /** Superseded images that stay on the engine. */
  readonly keepImages: number
  readonly onManualChange: 'hold' | 'reapply'
  /** Whether the digest is written behind the tag where a file defines the image (Compose). */
  readonly writeDigest: boolean
  /** What becomes of a container that does not run: left alone, replaced and left stopped, or replaced and started. */
  readonly stopped: 'ignore' | 'update' | 'start'
  /** What becomes of a container that removes itself when it is stopped (`--rm`). */
  readonly autoRemove: 'leave' | 'recreate'
  /** What becomes of a job of a Swarm: left alone, or told the new image, which starts it again. */
  readonly jobs: 'leave' | 'start'
  /** The group whose rollouts stop when one of them fails; null for none. */
  readonly group: string | null
  /** Names or ids of workloads that go before it, when they change too. */
  readonly after: readonly string[]
  /** From the configuration alone. */
  readonly hooks: Hooks
  /** How long a rollout that a hook postponed waits before it is asked again. */
  readonly hookRetryMs: number
}

export type GateSettings = Omit<Gate, 'restartsMax'>

/** Some of the settings; what is undefined is left as it was. */
export type SettingsOverride = {
  readonly [Key in Exclude<keyof WorkloadSettings, 'gate' | 'hooks'>]?: WorkloadSettings[Key] | undefined
} & {
  readonly gate?: { readonly [Key in keyof GateSettings]?: GateSettings[Key] | undefined } | undefined
  readonly hooks?: HooksOverride | undefined
}

/** What names a group, and how many others one workload may name. */
export const groupNamePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/
export const afterMax = 100
/** Longest name or id that is looked for, in characters. */
export const afterLengthMax = 300

const dayMs = 86_400_000

/** What durations may be set to, by label or in the configuration. */
export const durationRanges = {
  stable: { minMs: 0, maxMs: dayMs },
  minUptime: { minMs: 0, maxMs: dayMs },
  deadline: { minMs: 1000, maxMs: dayMs },
  keepOld: { minMs: 0, maxMs: 30 * dayMs },
} as const satisfies Record<string, DurationRange>
