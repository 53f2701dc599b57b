import type { SettingsOverride, WorkloadRule, WorkloadSettings } from '../app/workload-settings.ts'
import type { Secret } from '../lib/secret.ts'
import { toProbe } from './probe.ts'
import type { ParsedConfig } from './schema.ts'

/** One endpoint that runs workloads. */
export interface TargetConfig {
  readonly name: string
  readonly kind: 'docker'
  /** Address of the engine; never empty. */
  readonly host: string
  readonly allowInsecure: boolean
}

/** What is said of a registry host, or of a path on it. */
export interface RegistryConfig {
  /** As in canonical references: `docker.io`, `localhost:5000`. Entries of one host differ in path and credentials only. */
  readonly host: string
  readonly kind: 'distribution'
  /** Only repositories at or below it; null for all of the host. */
  readonly path: string | null
  readonly plainHttp: boolean
  readonly credentials: { readonly username: string; readonly password: Secret } | null
  readonly authRealms: readonly string[]
  /** Requests to the host at the same time. */
  readonly concurrency: number
}

/** The whole configuration, checked, with every default filled in. Frozen; its secrets print as `***`. */
export interface Config {
  /** The file it was read from; null without one. */
  readonly file: string | null
  readonly pollIntervalMs: number
  readonly watch: 'labelled' | 'all'
  readonly targets: readonly TargetConfig[]
  readonly registries: readonly RegistryConfig[]
  /** Docker's own config.json; need not exist. */
  readonly dockerConfigFile: string
  readonly defaults: WorkloadSettings
  readonly rules: readonly WorkloadRule[]
  readonly stateFolder: string
  readonly log: ParsedConfig['log']
}

/** What is taken from the surroundings where the configuration says nothing. */
export interface Surroundings {
  readonly file: string | null
  readonly dockerHost: string
  readonly dockerConfigFile: string
  readonly stateFolder: string
  /** What `~` stands for. */
  readonly home: string
}

/** Puts the parsed values into the shape that the rest works with: units in names, null for what is absent. */
export function toConfig(parsed: ParsedConfig, around: Surroundings): Config {
  const { gate, keepOld, ...settings } = parsed.defaults
  const path = (text: string) => (text.startsWith('~/') ? around.home + text.slice(1) : text)
  return deepFreeze({
    file: around.file,
    pollIntervalMs: parsed.pollInterval,
    watch: parsed.watch,
    targets: parsed.targets.map((target) => ({ ...target, host: target.host ?? around.dockerHost })),
    registries: parsed.registries.map(toRegistry),
    dockerConfigFile: path(parsed.dockerConfig ?? around.dockerConfigFile),
    defaults: {
      ...settings,
      keepOldMs: keepOld,
      gate: {
        stableMs: gate.stable,
        minUptimeMs: gate.minUptime,
        deadlineMs: gate.deadline,
        probe: toProbe(gate.probe) ?? null,
      },
    },
    rules: parsed.workloads.map(toRule),
    stateFolder: path(parsed.state ?? around.stateFolder),
    log: parsed.log,
  })
}

function toRegistry({ username, password, path, ...registry }: ParsedConfig['registries'][number]): RegistryConfig {
  const credentials = username === undefined || password === undefined ? null : { username, password }
  return { ...registry, path: path ?? null, credentials }
}

function toRule({ match, watch, gate, keepOld, ...settings }: ParsedConfig['workloads'][number]): WorkloadRule {
  const override: SettingsOverride = {
    ...settings,
    keepOldMs: keepOld,
    gate: gate && {
      stableMs: gate.stable,
      minUptimeMs: gate.minUptime,
      deadlineMs: gate.deadline,
      probe: toProbe(gate.probe),
    },
  }
  return { match, watch, settings: override }
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const child of Object.values(value)) deepFreeze(child)
  return Object.freeze(value)
}
