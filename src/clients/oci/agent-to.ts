import { lookup as systemLookup } from 'node:dns'
import type { Agent } from 'node:https'
import type { LookupFunction } from 'node:net'
import { systemTiming } from './timing.ts'
import { createTlsSource } from './wire/host-tls.ts'
import type { TlsFilesDeps } from './wire/host-tls.ts'
import type { Proxies } from './wire/proxy.ts'
import { guardedLookup } from './wire/transport.ts'
import { VendorAgent } from './wire/vendor-agent.ts'

interface AgentOptions extends Pick<TlsFilesDeps, 'readFile'> {
  readonly proxies: Proxies
  /** Docker's own folder with a folder per host. */
  readonly certsFolder: string
  /** Node's own by default; the addresses it finds are checked in any case. */
  readonly lookup?: LookupFunction
}

/**
 * Makes the connections of a vendor's own library to a host that is no registry, such as a queue: by our rules for
 * proxies and addresses, and with the authorities of Docker's folder.
 *
 * @param host `host:port`
 */
export function agentTo({ proxies, certsFolder, readFile, lookup = systemLookup }: AgentOptions, host: string): Agent {
  const tls = createTlsSource({ configured, certsFolder, readFile, now: systemTiming.now })
  return new VendorAgent({ tls, proxies, lookup: guardedLookup(lookup, 'configured') }, host)
}

/** No entry under `registries` is about it. */
const configured: TlsFilesDeps['configured'] = () => ({ names: [], files: {} })
