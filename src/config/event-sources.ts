import type { Secret } from '../lib/secret.ts'
import { registryOfKind } from './event-kind-schemas.ts'
import type { eventSourceKinds } from './event-schemas.ts'
import type { ParsedConfig } from './schema.ts'

interface SourceBasics {
  readonly name: string
  /** As in canonical references. */
  readonly registry: string
  /** The one in force, then the one before it while both are taken. */
  readonly secrets: readonly [Secret, ...Secret[]]
}

type Kind = (typeof eventSourceKinds)[number]

/** One sender of events, with what its kind alone needs. */
export type EventSourceConfig = SourceBasics &
  (
    | { readonly kind: Exclude<Kind, 'ecr' | 'gar' | 'jfrog'> }
    | { readonly kind: 'ecr'; readonly topics: readonly string[] }
    | { readonly kind: 'gar'; readonly audience: string; readonly email: string }
    | { readonly kind: 'jfrog'; readonly paths: ReadonlyMap<string, readonly string[]> }
  )

/** A queue that is read for events. */
export interface EventQueueConfig {
  readonly name: string
  readonly registry: string
  /** Of a queue of SQS. */
  readonly url: string
}

/** The sources that send to us, as they were parsed, with what goes without saying. */
export function toEventSources(all: ParsedConfig['events']): readonly EventSourceConfig[] {
  return all.flatMap((each) => (each.secret === undefined ? [] : [toEventSource(each, each.secret)]))
}

/** Those that are read from queues. */
export function toEventQueues(all: ParsedConfig['events']): readonly EventQueueConfig[] {
  return all.flatMap(({ name, registry = '', ecr }) =>
    ecr?.queue === undefined ? [] : [{ name, registry, url: ecr.queue }],
  )
}

function toEventSource(parsed: ParsedConfig['events'][number], secret: Secret): EventSourceConfig {
  const { name, kind, secretBefore } = parsed
  const basics: SourceBasics = {
    name,
    // The schema has seen to it that one is written for all other kinds.
    registry: parsed.registry ?? registryOfKind[kind] ?? '',
    secrets: secretBefore === undefined ? [secret] : [secret, secretBefore],
  }
  if (kind === 'ecr') return { ...basics, kind, topics: parsed.ecr?.topics ?? [] }
  if (kind === 'jfrog') return { ...basics, kind, paths: new Map(Object.entries(parsed.jfrog?.paths ?? {})) }
  if (kind !== 'gar') return { ...basics, kind }
  // As above, for what is needed here.
  return { ...basics, kind, audience: parsed.gar?.audience ?? '', email: parsed.gar?.email ?? '' }
}
