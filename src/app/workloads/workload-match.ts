import { parseReference } from '../../image/reference.ts'
import { matchesGlob } from '../../lib/glob.ts'

/** Which workloads a rule is about. All that is given has to match; at least one is given. */
export interface WorkloadMatch {
  /** Glob over the workload's name. */
  readonly name?: string | undefined
  /** `key` or `key=value`. */
  readonly label?: string | undefined
  /** Glob over the image reference, with or without its tag, as written or with the registry in front. */
  readonly image?: string | undefined
  /** Glob over the name of the stack that a Swarm service was deployed with. */
  readonly stack?: string | undefined
  /** A Compose service, by its project or by the files that it was brought up from. */
  readonly compose?: ComposeMatch | undefined
  /** The one container that the configuration writes; null for the only target. */
  readonly ensure?: { readonly target: string | null; readonly name: string } | undefined
}

export interface ComposeMatch {
  readonly service: string
  readonly project: string | null
  /** All of them have to be among those that define the workload. */
  readonly files: readonly string[]
}

/** What of a workload rules and labels look at. */
export interface MatchedWorkload {
  readonly target?: string
  readonly kind: string
  readonly definedBy: readonly string[]
  readonly stack?: string
  readonly name: string
  readonly image: string
  readonly labels: Readonly<Record<string, string>>
}

/** Whether a rule is about a workload. A match without any condition is about none. */
export function matchesRule(match: WorkloadMatch, workload: MatchedWorkload): boolean {
  const { name, label, image, stack, compose, ensure } = match
  if ([name, label, image, stack, compose, ensure].every((each) => each === undefined)) return false
  if (compose !== undefined && !isService(compose, workload)) return false
  if (ensure !== undefined && !isEnsured(ensure, workload)) return false
  if (stack !== undefined && (workload.stack === undefined || !matchesGlob(stack, workload.stack))) return false
  if (name !== undefined && !matchesGlob(name, workload.name)) return false
  if (label !== undefined && !hasLabel(workload.labels, label)) return false
  return image === undefined || spellings(workload.image).some((spelling) => matchesGlob(image, spelling))
}

function isService({ service, project, files }: ComposeMatch, { kind, name, definedBy }: MatchedWorkload): boolean {
  if (kind !== 'compose' || !name.endsWith(`/${service}`)) return false
  if (project !== null) return name === `${project}/${service}`
  return files.every((each) => definedBy.includes(each))
}

const isEnsured = ({ target, name }: NonNullable<WorkloadMatch['ensure']>, workload: MatchedWorkload): boolean =>
  workload.kind === 'container' && workload.name === name && (target === null || target === workload.target)

function hasLabel(labels: Readonly<Record<string, string>>, wanted: string): boolean {
  const equals = wanted.indexOf('=')
  if (equals < 0) return Object.hasOwn(labels, wanted)
  const key = wanted.slice(0, equals)
  return Object.hasOwn(labels, key) && labels[key] === wanted.slice(equals + 1)
}

/** All ways to write an image reference: `nginx:1.27` is also `nginx`, `docker.io/library/nginx` and so on. */
function spellings(image: string): readonly string[] {
  const reference = readReference(image)
  if (reference === null) return [image]
  const { registry, repository, tag } = reference
  const names = [`${registry}/${repository}`]
  if (registry === 'docker.io') names.push(repository, repository.replace(/^library\//, ''))
  return [image, ...names, ...(tag === null ? [] : names.map((name) => `${name}:${tag}`))]
}

/** A workload may run a bare image id, which is no reference and matches only as it is written. */
function readReference(image: string) {
  try {
    return parseReference(image)
  } catch {
    return null
  }
}
