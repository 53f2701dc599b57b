import { readFile } from 'node:fs/promises'
import { lookup as systemLookup } from 'node:dns'
import type { Agent } from 'node:https'
import type { LookupFunction } from 'node:net'
import { AppError, isAbsent } from '../../errors.ts'
import type { Digest } from '../../image/digest.ts'
import { askingOf, callApi } from './call-api.ts'
import type { ApiAnswer, ApiCall } from './call-api.ts'
import { rejection } from './ask.ts'
import type { AskDeps } from './ask.ts'
import { createAuthorizer } from './sign-in/authorization.ts'
import type { Caller } from './sign-in/authorization.ts'
import { systemTiming } from './timing.ts'
import type { Timing } from './timing.ts'
import type { Credential, CredentialSource, RepositoryName } from './credentials/credentials.ts'
import { byWireHost, rememberEndpoints } from './endpoint.ts'
import type { Answerer, Hosts } from './endpoint.ts'
import { hear } from './heard.ts'
import type { Heard } from './heard.ts'
import type { HttpAnswer, HttpRequest } from './wire/exchange.ts'
import { follow } from './wire/follow.ts'
import { createBreakers } from './pace/breakers.ts'
import type { TroubleNews } from './pace/breakers.ts'
import { createBudgets } from './pace/budgets.ts'
import type { Counted } from './pace/budgets.ts'
import { createClocks } from './pace/clocks.ts'
import { asSignIns, createLanes } from './pace/lane.ts'
import { createRefusedCalls } from './pace/refused-calls.ts'
import { createLastAccounts } from './pace/last-accounts.ts'
import type { LaneLimits } from './pace/lane.ts'
import { createRequestCounts } from './pace/request-counts.ts'
import type { Urgency } from './pace/urgency.ts'
import { createVendorGate } from './pace/vendor-gate.ts'
import type { VendorGate } from './pace/vendor-gate.ts'
import { defaultLimits } from './limits.ts'
import type { Limits } from './limits.ts'
import { acceptHeader, getBlob, getManifest, headManifest } from './manifest.ts'
import type { FetchedManifest, ManifestHead } from './manifest.ts'
import { readTagPages } from './tags/pages.ts'
import type { TagListing } from './tags/pages.ts'
import { listTags } from './tags/tags.ts'
import { standingOf } from './standing.ts'
import type { Standing } from './standing.ts'
import { createTokens } from './sign-in/token.ts'
import { createTlsSource } from './wire/host-tls.ts'
import type { TlsFilesDeps } from './wire/host-tls.ts'
import { noProxies } from './wire/proxy.ts'
import type { Proxies } from './wire/proxy.ts'
import { createTransport, guardedLookup } from './wire/transport.ts'
import { VendorAgent } from './wire/vendor-agent.ts'

/** All but the credentials have defaults that are meant for production. */
export interface OciClientDeps {
  readonly credentials: CredentialSource
  /** Told of what a registry refused, so that `credentials` may make another one, which is then tried at once. */
  readonly credentialRefused?: (repository: RepositoryName, credential: Credential) => void
  readonly hosts?: Hosts
  readonly limits?: Partial<Limits>
  readonly timing?: Timing
  /** Node's own by default; the addresses it finds are checked in any case. */
  readonly lookup?: LookupFunction
  /** None by default. */
  readonly proxies?: Proxies
  /** Docker's own folder with a folder per host; null, the default, for none. */
  readonly certsFolder?: string | null
  /** Reads the files of hosts; it may refuse those that others may write. */
  readonly readFile?: (path: string) => Promise<string>
  /** Told of trouble with a registry when it begins and when it ends. */
  readonly tell?: (news: TroubleNews) => void
}

/**
 * Speaks the distribution API to any number of registries. Remembers connections, tokens, and what hosts said of their
 * limits; nothing else. Questions without an urgency are `wanted`.
 */
export interface OciClient {
  headManifest(
    repository: RepositoryName,
    tag: string,
    known: Digest | null,
    signal: AbortSignal,
    urgency?: Urgency,
    by?: Answerer,
  ): Promise<ManifestHead | 'unchanged'>
  getManifest(
    repository: RepositoryName,
    reference: string,
    signal: AbortSignal,
    urgency?: Urgency,
  ): Promise<FetchedManifest>
  getBlob(repository: RepositoryName, digest: Digest, signal: AbortSignal): Promise<Buffer>
  /** @param pageSize 1000 when left out */
  listTags(
    repository: RepositoryName,
    signal: AbortSignal,
    urgency?: Urgency,
    pageSize?: number,
  ): Promise<readonly string[]>
  /** All pages of the tag list as they come in, for what a vendor puts beside the tags. */
  readTagPages(listing: TagListing, signal: AbortSignal): Promise<void>
  /** One call of a vendor's own API, over the same connections and within the same limits. */
  callApi(call: ApiCall, signal: AbortSignal): Promise<ApiAnswer>
  /** What a vendor's own library asks, over connections of its own: within the same pauses and circuits. */
  throughGate: VendorGate['run']
  /** Makes the connections of such a library for one registry; closed with the client. */
  vendorAgent(registry: string): Agent
  /** Asks a registry for nothing for so long: somebody else, who asks it in our place, was told to wait. */
  pause(registry: string, ms: number): void
  /** Somebody else, who pulls from a repository in our place, was told that there are no pulls left. */
  pausePulls(repository: RepositoryName, ms: number): void
  /** What is left until a repository may be pulled from, as the account last used for it; 0 without a pause. */
  pullsPausedForMs(repository: RepositoryName): number
  standing(): Standing
  /** What the host of a registry let us know last beside its answers. */
  heard(registry: string): Heard
  /** Ends what is under way and closes all connections. */
  close(): void
}

/** A client without connections or tokens so far. It keeps connections open until it is closed. */
export function createOciClient(options: OciClientDeps): OciClient {
  const { hosts = {}, timing = systemTiming } = options
  const accounts = createLastAccounts()
  const credentials: CredentialSource = async (repository, ...asked) => {
    const found = await options.credentials(repository, ...asked)
    accounts.note(repository, found?.username ?? '')
    return found
  }
  const limits = { ...defaultLimits, ...options.limits }
  const closing = new AbortController()
  const endpoint = rememberEndpoints(hosts)
  const hostOf = (registry: string): string => new URL(endpoint(registry).origin).host
  const proxies = options.proxies ?? noProxies
  const tls = createTlsSource({
    configured: tlsFiles(hosts),
    certsFolder: options.certsFolder ?? null,
    readFile: options.readFile ?? ((path) => readFile(path, 'utf8')),
    now: timing.now,
  })
  const lookup = options.lookup ?? systemLookup
  const transport = createTransport({ limits, proxies, tls, lookup })
  const vendorAgents = new Map<string, VendorAgent>()
  const lanes = createLanes(timing, laneLimits(hosts, limits.concurrency))
  const budgets = createBudgets(timing)
  const clocks = createClocks(timing)
  const counts = createRequestCounts()
  const breakers = createBreakers(timing, options.tell)
  const refusedCalls = createRefusedCalls(timing)
  const gate = createVendorGate(breakers, lanes)
  const wire = { transport, lanes, budgets, clocks, counts, limits, hosts, timing }

  const counted = (repository: RepositoryName): Counted => ({
    host: hostOf(repository.registry),
    account: accounts.of(repository),
  })
  const signInWire = { ...wire, lanes: asSignIns(lanes) }
  const send = async (request: HttpRequest): Promise<HttpAnswer> => {
    const answer = await follow(signInWire, request, closing.signal)
    if (answer.status === 200) return answer
    const error = rejection(wire, answer, request.subject)
    // Of what is asked for once we are signed in, this says nothing.
    throw isAbsent(error.code) ? new AppError('REGISTRY_UNAVAILABLE', error.message, { cause: error.cause }) : error
  }
  const probe = async (
    { endpoint: { origin }, subject }: Caller,
    authorization: string | null,
    refused: URL | null = null,
  ): Promise<HttpAnswer> => {
    const request = {
      method: refused === null ? 'GET' : 'HEAD',
      url: refused ?? new URL(`${origin}/v2/`),
      headers: { ...(refused && { accept: acceptHeader }), ...(authorization !== null && { authorization }) },
      reach: 'configured',
      bodyBytesMax: limits.tokenBytes,
      subject,
      // At the door a stranger's answer would prove any password.
      asSomebody: authorization !== null && refused === null,
    } as const
    const answer = await follow(wire, request, closing.signal)
    if (answer.status === 429 || answer.status >= 500) throw rejection(wire, answer, subject)
    return answer
  }
  const tokens = createTokens({ timing, limits, send })
  const authorizer = createAuthorizer({
    tokens,
    probe,
    probeAgain: probe,
    now: timing.now,
    rejection: (answer, subject) => rejection(wire, answer, subject),
  })
  // After the options: it notes whose credential it is.
  const deps: AskDeps = { ...options, ...wire, credentials, authorizer, breakers, endpoint, closing: closing.signal }
  const unmirrored: AskDeps = { ...deps, endpoint: (registry) => ({ ...endpoint(registry), mirrors: [] }) }

  return {
    headManifest: (repository, tag, known, signal, urgency = 'wanted', by = 'anybody') =>
      headManifest(by === 'anybody' ? deps : unmirrored, repository, tag, known, signal, urgency),
    getManifest: (repository, reference, signal, urgency = 'wanted') =>
      getManifest(deps, repository, reference, signal, urgency),
    getBlob: (...question) => getBlob(deps, ...question),
    listTags: (repository, signal, urgency = 'wanted', pageSize) =>
      listTags(deps, repository, signal, urgency, pageSize),
    readTagPages: (...question) => readTagPages(deps, ...question),
    throughGate: (...question) => gate.run(...question),
    vendorAgent(registry) {
      const host = hostOf(registry)
      const known = vendorAgents.get(host)
      if (known) return known
      const agent = new VendorAgent({ tls, proxies, lookup: guardedLookup(lookup, 'configured') }, host)
      vendorAgents.set(host, agent)
      return agent
    },
    pause: (registry, ms) => lanes.pause(hostOf(registry), ms),
    pausePulls: (repository, ms) => budgets.refusePulls(counted(repository), ms),
    pullsPausedForMs: (repository) =>
      Math.max(lanes.pausedForMs(hostOf(repository.registry)), budgets.pullsRefusedForMs(counted(repository))),
    standing: () => standingOf({ lanes, budgets, breakers, counts }),
    heard: (registry) => hear({ clocks, budgets, breakers, tokens }, registry, hostOf(registry)),
    callApi: (call, signal) =>
      refusedCalls.run(call, () =>
        breakers.run(askingOf(call), () => callApi(wire, call, AbortSignal.any([signal, closing.signal]))),
      ),
    close() {
      closing.abort()
      transport.close()
      for (const agent of vendorAgents.values()) agent.destroy()
    },
  }
}

/** Limits are written for registries, but are about the hosts that serve them. */
function laneLimits(hosts: Hosts, usual: number): (host: string) => LaneLimits {
  const byHost = byWireHost(hosts)
  return (host) => {
    const { concurrency = usual, requestsPerSecond = null } = byHost.get(host) ?? {}
    return { concurrency, requestsPerSecond }
  }
}

function tlsFiles(hosts: Hosts): TlsFilesDeps['configured'] {
  const byHost = byWireHost(hosts)
  return (host) => {
    const found = byHost.get(host)
    return { names: found ? [found.registry] : [], files: found?.tls ?? {} }
  }
}
