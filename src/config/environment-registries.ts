import type { Replacement } from './document.ts'
import type { Environment, Override } from './environment.ts'
import { flag } from './fields.ts'
import type { Problem } from './problem.ts'
import { hostNamed, saidOfHost } from './registry-schemas.ts'

/** `LONGSHORE_REGISTRY_<NAME>_HOST` and what belongs to it; NAME only tells entries apart. */
const variable = /^LONGSHORE_REGISTRY_([A-Z0-9][A-Z0-9_]*?)_(HOST|PATH|USERNAME|USERNAME_FILE|PASSWORD|PASSWORD_FILE)$/

/** Whether a variable is one of those that make entries of `registries`. */
export function isRegistryVariable(name: string): boolean {
  return variable.test(name)
}

/** The values of the file with the registries of the environment set in. */
export interface WithRegistries {
  readonly value: unknown
  /** Which variable each key came from. */
  readonly overrides: readonly Override[]
  readonly problems: readonly Problem[]
}

/** What one name has. */
type Variables = Readonly<Record<string, { readonly source: string; readonly value: string }>>

/**
 * Credentials by variables: `LONGSHORE_REGISTRY_MAIN_HOST`, `_PATH`, `_USERNAME` and `_PASSWORD`, of which the last two
 * also come with `_FILE`, the path of a file that holds them. An entry of the file for the same host and path gets the
 * credentials, and keeps all else that it says; for another path of the host one is made that says of the host what the
 * first entry of it does. A variable that is empty counts as not set.
 */
export async function addRegistries(
  env: Environment,
  value: unknown,
  readSecretFile: (path: string) => Promise<Replacement>,
): Promise<WithRegistries> {
  const groups = readGroups(env)
  const file = value ?? {} // an empty file says nothing
  const written: unknown = isRecord(file) ? (file['registries'] ?? []) : null
  // What is in the way stays, to be refused.
  if (groups.size === 0 || !isRecord(file) || !Array.isArray(written)) return { value, overrides: [], problems: [] }
  const list: unknown[] = [...written]
  const overrides: Override[] = []
  const problems: Problem[] = []
  for (const [name, variables] of groups) {
    const read = await readFiles(variables, readSecretFile)
    problems.push(...read.problems, ...missing(name, read.keys))
    const { host, path, ...credentials } = read.keys
    const ofHost = list.filter(isRecord).filter((each) => isSameHost(each, host?.value))
    const same = ofHost.find((each) => each['path'] === path?.value)
    const index = same ? list.indexOf(same) : list.length
    const keys = same ? credentials : read.keys
    const own = Object.fromEntries(Object.entries(keys).map(([key, each]) => [key, each.value]))
    list[index] = { ...(same ?? saidOfHost(ofHost[0] ?? {})), ...own }
    for (const [key, { source, value: text }] of Object.entries(keys)) {
      overrides.push({ path: ['registries', index, key], source, value: text })
    }
  }
  return { value: { ...file, registries: list }, overrides, problems }
}

function isSameHost(written: Readonly<Record<string, unknown>>, host: string | undefined): boolean {
  if (host === undefined || typeof written['host'] !== 'string') return false
  const plainHttp = flag().safeParse(written['plainHttp']).data ?? false
  return hostNamed({ host: written['host'], plainHttp }) === hostNamed({ host, plainHttp })
}

function readGroups(env: Environment): ReadonlyMap<string, Variables> {
  const groups = new Map<string, Record<string, { source: string; value: string }>>()
  for (const [source, value] of Object.entries(env).toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    const [, name, key] = variable.exec(source) ?? []
    if (name === undefined || key === undefined || value === undefined || value === '') continue
    const group = groups.get(name) ?? {}
    group[key] = { source, value }
    groups.set(name, group)
  }
  return groups
}

async function readFiles(variables: Variables, readSecretFile: (path: string) => Promise<Replacement>) {
  const keys: Record<string, { source: string; value: string }> = {}
  const problems: Problem[] = []
  const complain = (where: string, sentence: string) => problems.push({ line: null, where, sentence })
  for (const key of ['HOST', 'PATH', 'USERNAME', 'PASSWORD']) {
    const [plain, file] = [variables[key], variables[`${key}_FILE`]]
    if (plain && file) complain(file.source, `stands beside ${plain.source}; set only one of them`)
    else if (plain) keys[key.toLowerCase()] = plain
    else if (file) {
      const read = await readSecretFile(file.value)
      if ('problem' in read) complain(file.source, read.problem)
      else keys[key.toLowerCase()] = { source: file.source, value: read.text }
    }
  }
  return { keys, problems }
}

function missing(name: string, keys: Variables): readonly Problem[] {
  const [any] = Object.values(keys)
  if (any === undefined || keys['host'] !== undefined) return []
  return [{ line: null, where: any.source, sentence: `needs LONGSHORE_REGISTRY_${name}_HOST beside it` }]
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
