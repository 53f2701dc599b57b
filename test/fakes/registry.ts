import { createServer } from 'node:http'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { createContent } from './registry/content.ts'
import type { Algorithm } from './registry/content.ts'
import type { Dialect } from './registry/dialect.ts'
import { createFaults } from './registry/faults.ts'
import type { Fault, FaultMatch, RequestKind } from './registry/faults.ts'
import { makeImage, makeIndex } from './registry/images.ts'
import type { MadeDocument, MadeImage } from './registry/images.ts'
import { spoil, transmit } from './registry/reply.ts'
import { routeOf, serve } from './registry/routes.ts'
import type { Behaviour } from './registry/routes.ts'
import { createSignIn } from './registry/sign-in.ts'
import type { Auth } from './registry/sign-in.ts'

export interface FakeRegistryOptions extends Partial<Behaviour> {
  readonly auth?: Auth
  /** By which all that is pushed is named; sha256 unless told otherwise. */
  readonly algorithm?: Algorithm
  /** Added to every answer. */
  readonly latencyMs?: number
  /** What a vendor has beside the distribution API, or does otherwise. */
  readonly dialect?: Dialect
}

/** One request as the fake saw it. */
export interface LoggedRequest {
  readonly kind: RequestKind
  readonly method: string
  /** With the query. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  /** Number of the connection that it came on. */
  readonly connection: number
  /** When it came, by `performance.now()`. */
  readonly atMs: number
}

/** A registry in this process, on 127.0.0.1, that holds what tests push and does wrong what tests ask for. */
export interface FakeRegistry {
  /** `127.0.0.1:<port>`, to be used as the host of image references. */
  readonly host: string
  readonly url: string
  /** Since the start or the last `forgetRequests`. */
  readonly requests: readonly LoggedRequest[]
  count(kind?: RequestKind): number
  forgetRequests(): void
  /** Connections ever taken. */
  connections(): number
  fault(match: FaultMatch, fault: Fault): () => void
  clearFaults(): void
  setAuth(auth: Auth): void
  revokeTokens(): void
  /** @returns the digest of the single-platform image */
  pushImage(repository: string, tag: string, content: string, platform?: string): string
  /** @returns the digest of an index of linux/amd64, linux/arm64/v8 and an attestation */
  pushIndex(repository: string, tag: string, content: string): string
  pushMade(repository: string, reference: string, document: MadeDocument, images: readonly MadeImage[]): string
  tag(repository: string, tag: string, digest: string): void
  remove(repository: string, reference: string): void
  close(): Promise<void>
}

export async function startFakeRegistry(options: FakeRegistryOptions = {}): Promise<FakeRegistry> {
  const behaviour: Behaviour = {
    ignoresIfNoneMatch: false,
    omitsDigest: false,
    tagsPerPage: Infinity,
    writeLink: (next) => `<${next}>; rel="next"`,
    ...options,
  }
  let auth = options.auth ?? { kind: 'none' }
  let requests: LoggedRequest[] = []
  const connections = new Map<object, number>()
  const content = createContent(options.algorithm)
  const faults = createFaults()

  const setAuth = (wanted: Auth): void => {
    auth = wanted
  }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await buffer(request)
    const { method = '', url: path = '/', headers } = request
    const target = new URL(path, url)
    const route = routeOf(method, target.pathname)
    const connection = connections.get(request.socket) ?? 0
    requests.push({ kind: route.kind, method, path, headers, connection, atMs: performance.now() })
    const fault = faults.take(route.kind, path)
    const delayMs = fault?.kind === 'latency' ? fault.ms : (options.latencyMs ?? 0)
    if (delayMs > 0) await wait(delayMs)
    const incoming = { method, url: target, headers, body }
    const own = await options.dialect?.answer(incoming, { content, signIn, url, setAuth })
    const reply =
      own ??
      (route.kind === 'token'
        ? signIn.token(headers.authorization, method === 'POST' ? new URLSearchParams(`${body}`) : target.searchParams)
        : (signIn.refuse(headers.authorization, route.repository, route.kind) ??
          serve(content, behaviour, route, incoming)))
    await transmit(response, spoil(options.dialect?.finish?.(reply, route) ?? reply, fault), fault)
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy()) // the client went away
  })
  server.on('connection', (socket) => connections.set(socket, connections.size + 1))
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // a TCP server that listens has one
  const host = `127.0.0.1:${port}`
  const url = `http://${host}`
  const signIn = createSignIn(
    () => auth,
    () => url,
  )

  const pushMade: FakeRegistry['pushMade'] = (repository, reference, document, images) => {
    for (const { manifest, config, layer } of images) {
      for (const blob of [config, layer]) content.blobs.set(blob.digest, blob.bytes)
      content.putManifest(repository, manifest.digest, manifest)
    }
    return content.putManifest(repository, reference, document)
  }

  return {
    host,
    url,
    get requests() {
      return requests
    },
    count: (kind) => requests.filter((request) => kind === undefined || request.kind === kind).length,
    forgetRequests() {
      requests = []
    },
    connections: () => connections.size,
    fault: (match, fault) => faults.add(match, fault),
    clearFaults: () => faults.clear(),
    setAuth,
    revokeTokens: () => signIn.revokeTokens(),
    pushImage(repository, tag, text, platform) {
      const image = makeImage(text, platform, options.algorithm)
      return pushMade(repository, tag, image.manifest, [image])
    },
    pushIndex(repository, tag, text) {
      const { algorithm } = options
      const images = ['linux/amd64', 'linux/arm64/v8'].map((platform) => makeImage(text, platform, algorithm))
      const attestation = makeImage(`attests ${text}`, 'unknown/unknown', algorithm)
      return pushMade(repository, tag, makeIndex(images, attestation, algorithm), [...images, attestation])
    },
    pushMade,
    tag: (repository, tag, digest) => content.tag(repository, tag, digest),
    remove: (repository, reference) => void content.remove(repository, reference),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
