import { overrideHooks } from './hook-settings.ts'
import type { SettingsOverride, WorkloadSettings } from './settings.ts'
import { readLabels } from './workload-labels.ts'
import { matchesRule, type MatchedWorkload, type WorkloadMatch } from './workload-match.ts'

export type { GateSettings, SettingsOverride, WorkloadSettings } from './settings.ts'

/** One entry of `workloads` in the configuration. */
export interface WorkloadRule {
  readonly match: WorkloadMatch
  readonly watch: boolean
  readonly settings: SettingsOverride
}

export interface SettingsReading {
  readonly watch: boolean
  /** Whether a label or a rule says that it is to be left alone, rather than nothing that it is to be watched. */
  readonly isRefused: boolean
  /** What decided `watch`, for people. */
  readonly why: string
  readonly settings: WorkloadSettings
  /** Sentences about wrong labels. With any, the workload must be held: nobody knows what its owner meant. */
  readonly problems: readonly string[]
}

/** What the labels and the configuration say about one workload. Total and pure. */
export function readSettings(
  workload: MatchedWorkload,
  rules: readonly WorkloadRule[],
  defaults: WorkloadSettings,
  watchMode: 'labelled' | 'all',
): SettingsReading {
  const labels = readLabels(workload.labels)
  const index = rules.findIndex((rule) => matchesRule(rule.match, workload))
  const rule = rules[index]
  const decided = labels.watch ?? watchByConfig(rule, index, watchMode)
  return {
    ...decided,
    isRefused: !decided.watch && (labels.watch !== null || rule !== undefined),
    settings: override(override(defaults, rule?.settings ?? {}), labels.settings),
    problems: labels.problems,
  }
}

function watchByConfig(rule: WorkloadRule | undefined, index: number, watchMode: 'labelled' | 'all') {
  if (rule !== undefined) return { watch: rule.watch, why: `workloads[${index}] of the configuration matches` }
  if (watchMode === 'all') return { watch: true, why: 'all workloads are watched' }
  return { watch: false, why: 'no label and no rule asks for it' }
}

function override(base: WorkloadSettings, over: SettingsOverride): WorkloadSettings {
  return {
    policy: over.policy ?? base.policy,
    tags: over.tags ?? base.tags,
    minAge: over.minAge ?? base.minAge,
    mode: over.mode ?? base.mode,
    order: over.order ?? base.order,
    gate: {
      stableMs: over.gate?.stableMs ?? base.gate.stableMs,
      minUptimeMs: over.gate?.minUptimeMs ?? base.gate.minUptimeMs,
      deadlineMs: over.gate?.deadlineMs ?? base.gate.deadlineMs,
      probe: over.gate?.probe ?? base.gate.probe,
    },
    keepOldMs: over.keepOldMs ?? base.keepOldMs,
    keepImages: over.keepImages ?? base.keepImages,
    onManualChange: over.onManualChange ?? base.onManualChange,
    writeDigest: over.writeDigest ?? base.writeDigest,
    stopped: over.stopped ?? base.stopped,
    autoRemove: over.autoRemove ?? base.autoRemove,
    jobs: over.jobs ?? base.jobs,
    group: over.group ?? base.group,
    after: over.after ?? base.after,
    hooks: overrideHooks(base.hooks, over.hooks),
    hookRetryMs: over.hookRetryMs ?? base.hookRetryMs,
  }
}
