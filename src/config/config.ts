import type { GroupSettings, TargetLimits } from '../app/groups/group-settings.ts'
import { overrideHooks } from '../app/hook-settings.ts'
import type { SettingsOverride, WorkloadRule, WorkloadSettings } from '../app/workload-settings.ts'
import type { Secret } from '../lib/secret.ts'
import { noHooks } from '../rollout/hooks.ts'
import { toEnsured, type EnsuredConfig } from './ensured.ts'
import { toHooks } from './hooks.ts'
import { toProbe } from './probe.ts'
import type { ParsedConfig } from './schema.ts'

/** One endpoint that runs workloads. */
export interface TargetConfig extends TargetLimits {
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

/** Where the public server listens. */
export interface ListenConfig {
  readonly host: string
  readonly port: number
}

/** One sender of events. */
export interface EventSourceConfig {
  readonly name: string
  readonly kind: 'distribution' | 'generic'
  /** As in canonical references. */
  readonly registry: string
  /** The one in force, then the one before it while both are taken. */
  readonly secrets: readonly [Secret, ...Secret[]]
}

/** A Compose service as the configuration names it. Paths are absolute. */
export interface ComposeServiceConfig {
  readonly service: string
  /** Null for the project that was made from the files. */
  readonly project: string | null
  readonly files: readonly string[]
  readonly envFiles: readonly string[]
  readonly profiles: readonly string[]
  readonly directory: string | null
}

/** Puts the home folder in the place of `~`. */
type Home = (path: string) => string

/** The whole configuration, checked, with every default filled in. Frozen; its secrets print as `***`. */
export interface Config {
  /** The file it was read from; null without one. */
  readonly file: string | null
  readonly pollIntervalMs: number
  readonly watch: 'labelled' | 'all'
  readonly targets: readonly TargetConfig[]
  readonly registries: readonly RegistryConfig[]
  /** Null when nothing is to be listened for. */
  readonly listen: ListenConfig | null
  readonly events: readonly EventSourceConfig[]
  /** Docker's own config.json; need not exist. */
  readonly dockerConfigFile: string
  readonly defaults: WorkloadSettings
  readonly groups: ReadonlyMap<string, GroupSettings>
  readonly rules: readonly WorkloadRule[]
  /** Containers that are to exist. */
  readonly ensured: readonly EnsuredConfig[]
  /** Those that the rules name. */
  readonly composeServices: readonly ComposeServiceConfig[]
  readonly compose: { readonly roots: readonly string[]; readonly allowRemote: boolean }
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
  const { gate, keepOld, hooks, ...settings } = parsed.defaults
  const path = (text: string) => (text.startsWith('~/') ? around.home + text.slice(1) : text)
  return deepFreeze({
    file: around.file,
    pollIntervalMs: parsed.pollInterval,
    watch: parsed.watch,
    targets: parsed.targets.map((each) => toTarget(each, around.dockerHost)),
    registries: parsed.registries.map(toRegistry),
    listen: parsed.listen ?? (parsed.events.length > 0 ? defaultListen : null),
    events: parsed.events.map(toEventSource),
    dockerConfigFile: path(parsed.dockerConfig ?? around.dockerConfigFile),
    defaults: {
      ...settings,
      group: null,
      after: [],
      keepOldMs: keepOld,
      gate: {
        stableMs: gate.stable,
        minUptimeMs: gate.minUptime,
        deadlineMs: gate.deadline,
        probe: toProbe(gate.probe) ?? null,
      },
      hooks: overrideHooks(noHooks, toHooks(hooks)),
      hookRetryMs: hooks.retry ?? hookRetryDefaultMs,
    },
    groups: toGroups(parsed.groups),
    rules: parsed.workloads.map((each) => toRule(each, path)),
    ensured: parsed.workloads.flatMap(({ ensure }) => (ensure ? toEnsured(ensure, parsed.targets) : [])),
    composeServices: parsed.workloads.flatMap((each) => toComposeService(each, path) ?? []),
    compose: { ...parsed.compose, roots: parsed.compose.roots.map(path) },
    stateFolder: path(parsed.state ?? around.stateFolder),
    log: parsed.log,
  })
}

/** How long a rollout that a hook postponed waits. */
const hookRetryDefaultMs = 5 * 60_000

/** As the defaults of the schema, for when only `events` is written. */
const defaultListen: ListenConfig = { host: '127.0.0.1', port: 8484 }

function toTarget({ maxChanges, ...target }: ParsedConfig['targets'][number], dockerHost: string): TargetConfig {
  return {
    ...target,
    host: target.host ?? dockerHost,
    maxChanges: maxChanges === 0 ? 'off' : (maxChanges ?? 'default'),
  }
}

const toGroups = (groups: ParsedConfig['groups']): Config['groups'] =>
  new Map(
    Object.entries(groups).map(([name, { atomic, maxParallel }]) => [
      name,
      { atomic, maxParallel: maxParallel ?? null },
    ]),
  )

function toEventSource({ secret, secretBefore, ...source }: ParsedConfig['events'][number]): EventSourceConfig {
  return { ...source, secrets: secretBefore === undefined ? [secret] : [secret, secretBefore] }
}

function toRegistry({ username, password, path, ...registry }: ParsedConfig['registries'][number]): RegistryConfig {
  const credentials = username === undefined || password === undefined ? null : { username, password }
  return { ...registry, path: path ?? null, credentials }
}

/** `compose_file` and `compose_service` are how docker-auto-updater wrote it; its users need not learn another way. */
function toComposeService(rule: ParsedConfig['workloads'][number], home: Home): ComposeServiceConfig | undefined {
  const { compose, compose_file: file, compose_service: service } = rule
  const files = file === undefined ? [] : [file]
  const short = service === undefined ? undefined : { service, files, envFiles: [], profiles: [] }
  const given: typeof compose = compose ?? short
  if (given === undefined) return undefined
  const { project, projectDirectory, envFiles, profiles } = given
  return {
    service: given.service,
    project: project ?? null,
    files: given.files.map(home),
    envFiles: envFiles.map(home),
    profiles,
    directory: projectDirectory === undefined ? null : home(projectDirectory),
  }
}

function toRule(rule: ParsedConfig['workloads'][number], home: Home): WorkloadRule {
  const {
    match,
    watch,
    gate,
    keepOld,
    hooks,
    compose: _,
    compose_file: _file,
    compose_service: _service,
    ensure,
    ...settings
  } = rule
  const compose = toComposeService(rule, home)
  const override: SettingsOverride = {
    ...settings,
    keepOldMs: keepOld,
    gate: gate && {
      stableMs: gate.stable,
      minUptimeMs: gate.minUptime,
      deadlineMs: gate.deadline,
      probe: toProbe(gate.probe),
    },
    hooks: toHooks(hooks),
    hookRetryMs: hooks?.retry,
  }
  const ensured = ensure && { ensure: { target: ensure.target ?? null, name: ensure.name } }
  return { match: { ...match, ...(compose && { compose }), ...ensured }, watch, settings: override }
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  for (const child of Object.values(value)) deepFreeze(child)
  return Object.freeze(value)
}
