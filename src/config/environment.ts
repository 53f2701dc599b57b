import { closest } from '../lib/did-you-mean.ts'
import { formatPath, type Path, type Problem } from './problem.ts'

/** Variables that set a key of the configuration, each over the file. */
export const environmentKeys = {
  LONGSHORE_STATE: ['state'],
  LONGSHORE_STATE_FOLDER: ['stateFolder'],
  LONGSHORE_STATE_FALLBACK: ['stateFallback'],
  LONGSHORE_BACKUPS_KEEP: ['backups', 'keep'],
  LONGSHORE_BACKUPS_FOLDER: ['backups', 'folder'],
  LONGSHORE_BACKUPS_ON_NEWER: ['backups', 'onNewer'],
  LONGSHORE_POLL_INTERVAL: ['pollInterval'],
  LONGSHORE_WATCH: ['watch'],
  LONGSHORE_MODE: ['defaults', 'mode'],
  LONGSHORE_METRICS_PORT: ['metrics', 'port'],
  LONGSHORE_LOG_LEVEL: ['log', 'level'],
  LONGSHORE_LOG_FORMAT: ['log', 'format'],
} as const satisfies Record<string, readonly string[]>

/**
 * As docker-auto-updater and registrywatcher named them: their users need not learn others. Weaker than our own,
 * stronger than the file.
 */
export const otherKeys = {
  DATABASE_URL: ['state'],
  STATE_BACKUPS: ['backups', 'keep'],
  STATE_BACKUP_DIR: ['backups', 'folder'],
  METRICS_PORT: ['metrics', 'port'],
} as const satisfies Record<string, readonly string[]>

/** As registrywatcher had it; many programs have one of this name. */
export const databaseVariable = 'DATABASE_URL'

/** Names the configuration file. */
export const fileVariable = 'LONGSHORE_CONFIG'

const prefix = 'LONGSHORE_'

/** What a hook is told, which may itself call us. */
const hookVariable = /^LONGSHORE_(HOOK|ROLLOUT|WORKLOAD|NAME|IMAGE|OUTCOME|REASON|FROM_IMAGE|(FROM|TO)_DIGEST)$/

/** What Kubernetes sets for services that are called longshore, or longshore with something behind it. */
const serviceVariable = /^LONGSHORE_(?:\w+_)?(?:SERVICE_(?:HOST|PORT)(?:_|$)|PORT_\d+_(?:TCP|UDP))|^LONGSHORE_PORT$/

/** As `process.env` has it. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Kubernetes and Docker's links also set it for a service that is called metrics. */
const portVariable = /^(?:LONGSHORE_)?METRICS_PORT$/

const isForeign = (name: string, value = ''): boolean =>
  serviceVariable.test(name) || hookVariable.test(name) || (portVariable.test(name) && value.startsWith('tcp://'))

/** A value from outside the file that replaces the one at a key. */
export interface Override {
  readonly path: Path
  readonly value: string
  /** What to name in messages. */
  readonly source: string
}

/** What the environment sets. An empty variable counts as not set. */
export function readEnvironment(env: Environment): readonly Override[] {
  const own = valuesOf(env, environmentKeys)
  const others = valuesOf(env, otherKeys)
  const isSet = new Set(own.map(({ path }) => formatPath(path)))
  return [...own, ...others.filter(({ path }) => !isSet.has(formatPath(path)))]
}

function valuesOf(env: Environment, keys: Readonly<Record<string, readonly string[]>>): readonly Override[] {
  return Object.entries(keys).flatMap(([source, path]) => {
    const value = env[source]
    return value === undefined || value === '' || isForeign(source, value) ? [] : [{ source, path, value }]
  })
}

/** Mistyped variables would otherwise pass in silence. Those that the file itself reads are its own business. */
export function unknownVariables(env: Environment, isUsed: (name: string) => boolean): readonly Problem[] {
  const known = [fileVariable, ...Object.keys(environmentKeys)]
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith(prefix) && !known.includes(name) && !isUsed(name) && !isForeign(name),
  )
  // What all have in common would make every one of them look near.
  const meant = new Map(known.map((name) => [name.slice(prefix.length), name]))
  return unknown.toSorted().map((name) => {
    const near = closest(name.slice(prefix.length), meant.keys())
    const suggestion = near === null ? '' : `; did you mean ${meant.get(near)}?`
    return { line: null, where: formatPath([name]), sentence: `unknown variable${suggestion}` }
  })
}

/** The values of the file with the overrides set in. What is in the way of an override and no mapping stays, to be refused. */
export function applyOverrides(value: unknown, overrides: readonly Override[]): unknown {
  return overrides.reduce((tree, override) => setAt(tree, override.path, override.value), value)
}

function setAt(tree: unknown, [key, ...rest]: Path, value: string): unknown {
  if (key === undefined) return value
  if (tree !== undefined && tree !== null && (typeof tree !== 'object' || Array.isArray(tree))) return tree
  const record: Record<string, unknown> = { ...tree }
  return { ...record, [key]: setAt(record[key], rest, value) }
}
