import { BlockList, isIP } from 'node:net'
import { AppError } from '../../../errors.ts'
import { isLoopback } from '../../../lib/loopback.ts'
import { bareHostname } from './address.ts'

/** Finds the proxy that a request goes through. */
export interface Proxies {
  /** @returns its whole address, user and password included; null for none */
  proxyFor(url: URL): string | null
}

/** As `process.env` has it. */
type Environment = Readonly<Record<string, string | undefined>>

/** Nobody is asked for anything through these. */
export const noProxies: Proxies = { proxyFor: () => null }

/**
 * Proxies by `HTTP_PROXY` and `HTTPS_PROXY`, by the protocol of what is asked for, but for the hosts of `NO_PROXY`; all
 * also in small letters, which win. Loopback is never asked through a proxy.
 *
 * @throws CONFIG_INVALID naming the variable, never what it holds
 */
export function environmentProxies(env: Environment): Proxies {
  const http = readProxy(env, 'http_proxy')
  const https = readProxy(env, 'https_proxy')
  const isExempt = readExceptions(env['no_proxy'] || env['NO_PROXY'] || '')
  if (http === null && https === null) return noProxies
  return {
    proxyFor(url) {
      const proxy = url.protocol === 'https:' ? https : http
      return proxy === null || isLoopback(bareHostname(url)) || isExempt(url) ? null : proxy
    },
  }
}

function readProxy(env: Environment, name: string): string | null {
  const variable = env[name] ? name : name.toUpperCase()
  const written = env[variable]?.trim()
  if (!written) return null
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(written) ? written : `http://${written}`)
  if (url?.protocol.startsWith('socks')) {
    throw new AppError('CONFIG_INVALID', `${variable} names a SOCKS proxy; only http:// and https:// proxies are known`)
  }
  if (!url || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    throw new AppError('CONFIG_INVALID', `${variable} is not the address of a proxy such as http://proxy.example:3128`)
  }
  return url.href
}

/**
 * `*`; an address or a network (`10.0.0.0/8`), which are for hosts that are written as addresses; a name, which is for
 * itself and all below it; one with a dot before it, for those below it alone. All but networks may end in a port.
 *
 * @see golang.org/x/net/http/httpproxy, whose rules Docker follows
 */
function readExceptions(written: string): (url: URL) => boolean {
  const networks = new BlockList()
  const names: { readonly name: string; readonly port: string }[] = []
  for (const entry of written.toLowerCase().split(/[\s,]+/)) {
    if (entry === '*') return () => true
    const [, network = '', bits = ''] = /^(.+)\/(\d{1,3})$/.exec(entry) ?? []
    const version = isIP(network)
    const [, name = '', port = ''] = /^(\[[^\]]+\]|[^:]+|[^:]*(?::[^:]*){2,})(?::(\d+))?$/.exec(entry) ?? []
    if (version !== 0 && Number(bits) <= (version === 4 ? 32 : 128)) {
      networks.addSubnet(network, Number(bits), version === 4 ? 'ipv4' : 'ipv6')
    } else if (name !== '') names.push({ name: name.replace(/^\*\./, '.').replace(/^\[(.*)\]$/, '$1'), port })
  }
  return (url) => {
    const hostname = bareHostname(url)
    const version = isIP(hostname)
    if (version !== 0 && networks.check(hostname, version === 4 ? 'ipv4' : 'ipv6')) return true
    const port = url.port || (url.protocol === 'https:' ? '443' : '80')
    return names.some((each) => (each.port === '' || each.port === port) && isNamed(hostname, each.name))
  }
}

function isNamed(hostname: string, name: string): boolean {
  if (name.startsWith('.')) return hostname.endsWith(name)
  return hostname === name || (isIP(hostname) === 0 && hostname.endsWith(`.${name}`))
}
