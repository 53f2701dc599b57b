import { createServer } from 'node:http'
import type { AddressInfo, LookupFunction } from 'node:net'
import { createOciClient } from '../../src/clients/oci/client.ts'
import type { OciClient, OciClientDeps } from '../../src/clients/oci/client.ts'
import { startFakeProxy } from './http-proxy.ts'
import { createFakeTiming, credentialsOf } from './oci-client.ts'
import { startFakeRegistry } from './registry.ts'
import type { FakeRegistry } from './registry.ts'

/**
 * A registry that is not in our network as far as the client can tell, a service inside that it might try to reach
 * through us, and a client with credentials for it.
 */
export interface PublicRegistry extends AsyncDisposable {
  readonly registry: FakeRegistry
  readonly client: OciClient
  readonly app: { readonly registry: string; readonly repository: string }
  /** `127.0.0.1:<port>` of the registry behind its proxy and of the proxy: all that may be connected to. */
  readonly ways: readonly string[]
  /** Of the service inside. */
  readonly innerPort: number
  /** What arrived at the service inside. */
  readonly innerRequests: readonly string[]
}

/** @param names what names lead to; others are not known */
export async function startPublicRegistry(
  names: Readonly<Record<string, string>> = {},
  deps: Partial<OciClientDeps> = {},
): Promise<PublicRegistry> {
  const registry = await startFakeRegistry()
  registry.pushImage('team/app', 'latest', 'one')
  // What comes by a proxy has no address that a client could take for one of its own network.
  const proxy = await startFakeProxy(Number(new URL(registry.url).port))
  const innerRequests: string[] = []
  const inner = createServer((request, response) => {
    innerRequests.push(`${request.method} ${request.url} ${request.headers.authorization ?? 'no credentials'}`)
    response.end('secret')
  })
  await new Promise<void>((resolve) => inner.listen(0, '127.0.0.1', resolve))
  const lookup: LookupFunction = (hostname, _options, callback) => {
    const address = names[hostname]
    if (address !== undefined) return callback(null, [{ address, family: address.includes(':') ? 6 : 4 }])
    callback(Object.assign(new Error(hostname), { code: 'ENOTFOUND' }), '', 0)
  }
  const client = createOciClient({
    credentials: credentialsOf('robot', 'let-me-in-please'),
    timing: createFakeTiming(),
    lookup,
    limits: { tries: 1, connectMs: 1000 },
    proxies: { proxyFor: ({ hostname }) => (hostname === 'registry.example' ? proxy.url : null) },
    hosts: { 'registry.example': { plainHttp: true } },
    ...deps,
  })
  return {
    registry,
    client,
    app: { registry: 'registry.example', repository: 'team/app' },
    ways: [registry.host, new URL(proxy.url).host],
    innerPort: (inner.address() as AddressInfo).port, // a TCP server that listens has one
    innerRequests,
    async [Symbol.asyncDispose]() {
      client.close()
      await proxy[Symbol.asyncDispose]()
      await registry.close()
      inner.closeAllConnections()
      await new Promise((resolve) => inner.close(resolve))
    },
  }
}
