import type { DurationRange } from '../lib/duration.ts'
import type { Gate } from '../rollout/gate.ts'
import type { Order } from '../rollout/rollout.ts'

/** How one workload is treated: its labels over the first rule that matches it over the defaults. */
export interface WorkloadSettings {
  /** The policy as text, for now always `digest`. */
  readonly policy: string
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
}

export type GateSettings = Omit<Gate, 'restartsMax'>

/** Some of the settings; what is undefined is left as it was. */
export type SettingsOverride = {
  readonly [Key in Exclude<keyof WorkloadSettings, 'gate'>]?: WorkloadSettings[Key] | undefined
} & { readonly gate?: { readonly [Key in keyof GateSettings]?: GateSettings[Key] | undefined } | undefined }

const dayMs = 86_400_000

/** What durations may be set to, by label or in the configuration. */
export const durationRanges = {
  stable: { minMs: 0, maxMs: dayMs },
  minUptime: { minMs: 0, maxMs: dayMs },
  deadline: { minMs: 1000, maxMs: dayMs },
  keepOld: { minMs: 0, maxMs: 30 * dayMs },
} as const satisfies Record<string, DurationRange>
