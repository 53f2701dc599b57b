import { closest } from '../lib/did-you-mean.ts'
import { formatPath, type Path, type Problem } from './problem.ts'

/** Variables that set a key of the configuration, each over the file. */
export const environmentKeys = {
  LONGSHORE_STATE: ['state'],
  LONGSHORE_POLL_INTERVAL: ['pollInterval'],
  LONGSHORE_WATCH: ['watch'],
  LONGSHORE_MODE: ['defaults', 'mode'],
  LONGSHORE_LOG_LEVEL: ['log', 'level'],
  LONGSHORE_LOG_FORMAT: ['log', 'format'],
} as const satisfies Record<string, readonly string[]>

/** Names the configuration file. */
export const fileVariable = 'LONGSHORE_CONFIG'

const prefix = 'LONGSHORE_'

/** What a hook is told, which may itself call us. */
const hookVariable = /^LONGSHORE_(HOOK|ROLLOUT|WORKLOAD|NAME|IMAGE|OUTCOME|REASON|FROM_IMAGE|(FROM|TO)_DIGEST)$/

/** What Kubernetes sets for a service that is called longshore. */
const serviceVariable = /^LONGSHORE_(SERVICE_(HOST|PORT)|PORT)(_|$)/

/** As `process.env` has it. */
export type Environment = Readonly<Record<string, string | undefined>>

const isForeign = (name: string): boolean => serviceVariable.test(name) || hookVariable.test(name)

/** A value from outside the file that replaces the one at a key. */
export interface Override {
  readonly path: Path
  readonly value: string
  /** What to name in messages. */
  readonly source: string
}

/** What the environment sets. An empty variable counts as not set. */
export function readEnvironment(env: Environment): readonly Override[] {
  return Object.entries(environmentKeys).flatMap(([source, path]) => {
    const value = env[source]
    return value === undefined || value === '' ? [] : [{ source, path, value }]
  })
}

/** Mistyped variables would otherwise pass in silence. Those that the file itself reads are its own business. */
export function unknownVariables(env: Environment, usedByFile: ReadonlySet<string>): readonly Problem[] {
  const known = [fileVariable, ...Object.keys(environmentKeys)]
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith(prefix) && !known.includes(name) && !usedByFile.has(name) && !isForeign(name),
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
