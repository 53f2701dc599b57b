import type { GroupSettings, TargetLimits } from '../app/groups/group-settings.ts'
import { overrideHooks } from '../app/workloads/hook-settings.ts'
import type { SettingsOverride, WorkloadRule, WorkloadSettings } from '../app/workloads/workload-settings.ts'
import { noHooks } from '../rollout/hooks.ts'
import type { PostgresAddress } from '../lib/postgres-address.ts'
import { toEnsured, type EnsuredConfig } from './ensured.ts'
import { toEventQueues, toEventSources, type EventQueueConfig, type EventSourceConfig } from './event-sources.ts'
import { toHooks } from './hooks.ts'
import { toProbe } from './probe.ts'
import { listenSchema, toListen, toMetrics, type ListenConfig, type MetricsConfig } from './listen.ts'
import { toGitlabImages, toRegistries, type GitlabImage, type RegistryConfig } from './registries.ts'
import type { ParsedConfig } from './schema.ts'
import { toStatePlace } from './state-schemas.ts'

/** One endpoint that runs workloads. */
export interface TargetConfig extends TargetLimits {
  readonly name: string
  readonly kind: 'docker'
  /** Address of the engine; never empty. */
  readonly host: string
  readonly allowInsecure: boolean
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
  /** Images to be watched that were named by their GitLab projects; weaker than the rules. */
  readonly gitlabImages: readonly GitlabImage[]
  /** Null when nothing is to be listened for. */
  readonly listen: ListenConfig | null
  /** Null when nobody is to ask. */
  readonly metrics: MetricsConfig | null
  readonly events: readonly EventSourceConfig[]
  readonly eventQueues: readonly EventQueueConfig[]
  /** Docker's own config.json; need not exist unless it was named. */
  readonly dockerConfigFile: string
  readonly isDockerConfigNamed: boolean
  /** Docker's folder with certificates, by host; need not exist. */
  readonly dockerCertsFolder: string
  readonly defaults: WorkloadSettings
  readonly groups: ReadonlyMap<string, GroupSettings>
  readonly rules: readonly WorkloadRule[]
  /** Containers that are to exist. */
  readonly ensured: readonly EnsuredConfig[]
  /** Those that the rules name. */
  readonly composeServices: readonly ComposeServiceConfig[]
  readonly compose: { readonly roots: readonly string[]; readonly allowRemote: boolean }
  /** Where the state lies, unless it is in a database, with what lies beside it on this machine. */
  readonly stateFolder: string
  /** The other place of a state in a file; null without one, or where it is in a database. */
  readonly stateFallback: {
    readonly folder: string
    /** The folder in whose place it is used now, because that cannot be written; null while it is not. */
    readonly insteadOf: string | null
  } | null
  /** Null where the state is a file. */
  readonly stateDatabase: PostgresAddress | null
  readonly backups: {
    readonly keep: number
    readonly folder: string
    /** What to do with a state that a newer Longshore wrote. */
    readonly onNewer: 'refuse' | 'restore'
  }
  readonly log: ParsedConfig['log']
}

/** What is taken from the surroundings where the configuration says nothing. */
export interface Surroundings {
  readonly file: string | null
  readonly dockerHost: string
  readonly dockerConfigFile: string
  readonly stateFolder: string
  /** Whether a state can be kept in a folder. */
  readonly canBeWritten: (folder: string) => boolean
  /** For what an address of PostgreSQL leaves to its variables. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** What `~` stands for. */
  readonly home: string
}

/** Puts the parsed values into the shape that the rest works with: units in names, null for what is absent. */
export function toConfig(parsed: ParsedConfig, around: Surroundings): Config {
  const { gate, keepOld, hooks, ...settings } = parsed.defaults
  const path = (text: string) => (text.startsWith('~/') ? around.home + text.slice(1) : text)
  const { folder, database } = toStatePlace(parsed, around.env)
  const first = path(folder ?? around.stateFolder)
  const fallback = database === null && parsed.stateFallback !== undefined ? path(parsed.stateFallback) : null
  // Where neither can be written, the refusal is about the first.
  const isAway = fallback !== null && !around.canBeWritten(first) && around.canBeWritten(fallback)
  const stateFolder = isAway ? fallback : first
  return deepFreeze({
    file: around.file,
    pollIntervalMs: parsed.pollInterval,
    watch: parsed.watch,
    targets: parsed.targets.map((each) => toTarget(each, around.dockerHost)),
    registries: toRegistries(parsed.registries, path),
    gitlabImages: toGitlabImages(parsed.registries),
    listen: listenOf(parsed, path),
    metrics: parsed.metrics === undefined ? null : toMetrics(parsed.metrics, path),
    events: toEventSources(parsed.events),
    eventQueues: toEventQueues(parsed.events),
    dockerConfigFile: path(parsed.dockerConfig ?? around.dockerConfigFile),
    isDockerConfigNamed: parsed.dockerConfig !== undefined,
    dockerCertsFolder: path(parsed.dockerCerts),
    defaults: {
      ...settings,
      tags: null,
      minAge: null,
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
    stateFolder,
    stateFallback: fallback === null ? null : { folder: fallback, insteadOf: isAway ? first : null },
    stateDatabase: database,
    backups: { ...parsed.backups, folder: path(parsed.backups.folder ?? `${stateFolder}/backups`) },
    log: parsed.log,
  })
}

/** How long a rollout that a hook postponed waits. */
const hookRetryDefaultMs = 5 * 60_000

/** Who writes `events` alone wants them listened for. */
function listenOf({ listen, events }: ParsedConfig, home: Home): ListenConfig | null {
  if (listen === undefined && toEventSources(events).length === 0) return null
  return toListen(listen ?? listenSchema.parse({}), home)
}

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
