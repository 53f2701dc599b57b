import type { LookupFunction } from 'node:net'
import type { Digest } from '../../image/digest.ts'
import { rejection } from './ask.ts'
import type { AskDeps } from './ask.ts'
import { createAuthorizer } from './authorization.ts'
import type { Caller } from './authorization.ts'
import { systemTiming } from './timing.ts'
import type { Timing } from './timing.ts'
import type { CredentialSource, RepositoryName } from './credentials.ts'
import { endpointOf } from './endpoint.ts'
import type { Endpoint, Hosts } from './endpoint.ts'
import type { HttpAnswer, HttpRequest } from './exchange.ts'
import { follow } from './follow.ts'
import { createLanes } from './lane.ts'
import { defaultLimits } from './limits.ts'
import type { Limits } from './limits.ts'
import { getBlob, getManifest, headManifest } from './manifest.ts'
import type { FetchedManifest, ManifestHead } from './manifest.ts'
import { listTags } from './tags.ts'
import { createTokens } from './token.ts'
import { createTransport } from './transport.ts'

/** All but the credentials have defaults that are meant for production. */
export interface OciClientDeps {
  readonly credentials: CredentialSource
  readonly hosts?: Hosts
  readonly limits?: Partial<Limits>
  readonly timing?: Timing
  /** Node's own by default; the addresses it finds are checked in any case. */
  readonly lookup?: LookupFunction
}

/** Speaks the distribution API to any number of registries. Remembers connections, tokens and pauses; nothing else. */
export interface OciClient {
  headManifest(
    repository: RepositoryName,
    tag: string,
    known: Digest | null,
    signal: AbortSignal,
  ): Promise<ManifestHead | 'unchanged'>
  getManifest(repository: RepositoryName, reference: string, signal: AbortSignal): Promise<FetchedManifest>
  getBlob(repository: RepositoryName, digest: Digest, signal: AbortSignal): Promise<Buffer>
  listTags(repository: RepositoryName, signal: AbortSignal): Promise<readonly string[]>
  /** Ends what is under way and closes all connections. */
  close(): void
}

/** A client without connections or tokens so far. It keeps connections open until it is closed. */
export function createOciClient(options: OciClientDeps): OciClient {
  const { hosts = {}, timing = systemTiming, credentials } = options
  const limits = { ...defaultLimits, ...options.limits }
  const closing = new AbortController()
  const endpoint = rememberEndpoints(hosts)
  const transport = createTransport(limits, options.lookup)
  const lanes = createLanes(timing, concurrencies(hosts, limits.concurrency))
  const wire = { transport, lanes, limits, hosts, timing }

  const send = async (request: HttpRequest): Promise<HttpAnswer> => {
    const answer = await follow(wire, request, closing.signal)
    if (answer.status === 200) return answer
    throw rejection(wire, answer, request.subject)
  }
  const probe = async ({ endpoint: { origin }, subject }: Caller): Promise<HttpAnswer> => {
    const url = new URL(`${origin}/v2/`)
    const request = {
      method: 'GET',
      url,
      headers: {},
      reach: 'configured',
      bodyBytesMax: limits.tokenBytes,
      subject,
    } as const
    const answer = await follow(wire, request, closing.signal)
    if (answer.status === 429 || answer.status >= 500) throw rejection(wire, answer, subject)
    return answer
  }
  const authorizer = createAuthorizer({ tokens: createTokens({ timing, limits, send }), probe })
  const deps: AskDeps = { ...wire, credentials, authorizer, endpoint, closing: closing.signal }

  return {
    headManifest: (...question) => headManifest(deps, ...question),
    getManifest: (...question) => getManifest(deps, ...question),
    getBlob: (...question) => getBlob(deps, ...question),
    listTags: (...question) => listTags(deps, ...question),
    close() {
      closing.abort()
      transport.close()
    },
  }
}

function rememberEndpoints(hosts: Hosts): (registry: string) => Endpoint {
  const known = new Map<string, Endpoint>()
  return (registry) => {
    const found = known.get(registry) ?? endpointOf(registry, hosts)
    known.set(registry, found)
    return found
  }
}

/** Limits are written for registries, but are about the hosts that serve them. */
function concurrencies(hosts: Hosts, usual: number): (host: string) => number {
  const byHost = new Map<string, number>()
  for (const [registry, { concurrency }] of Object.entries(hosts)) {
    if (concurrency !== undefined) byHost.set(new URL(endpointOf(registry, hosts).origin).host, concurrency)
  }
  return (host) => byHost.get(host) ?? usual
}
