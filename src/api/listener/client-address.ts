import type { IncomingMessage } from 'node:http'
import { createAddressSet, plainAddress } from '../../lib/ip-address.ts'

/** Whom to believe about who asks. */
export interface ProxyRules {
  /** Addresses and blocks of proxies; nobody else's header is read. */
  readonly trustProxy: readonly string[]
  /**
   * The header that they write. One only: a proxy passes on the other as the client wrote it.
   */
  readonly proxyHeader: 'x-forwarded-for' | 'forwarded'
}

/** Who asks. */
export interface Client {
  readonly address: string
  /** The proxy that said so; null when the connection itself comes from that address. */
  readonly by: string | null
}

/** What a request shows of its sender. */
export type Sent = Pick<IncomingMessage, 'headers'> & {
  readonly socket: { readonly remoteAddress?: string | undefined }
}

/** Tells who asks, and whether an address is that of a proxy. */
export interface ClientReader {
  isProxy(address: string): boolean
  read(request: Sent): Client
}

/**
 * The header is read from its end, where the proxy next to us wrote, for as long as it is a proxy of ours that wrote:
 * what a stranger put at its beginning is never reached. Where the next one cannot be read, the last that could stands.
 */
export function createClientReader({ trustProxy, proxyHeader }: ProxyRules): ClientReader {
  const isProxy = createAddressSet(trustProxy)
  return {
    isProxy,
    read({ headers, socket }) {
      const peer = plainAddress(socket.remoteAddress ?? '') ?? 'an unknown address'
      const header = headers[proxyHeader]
      if (!isProxy(peer) || header === undefined) return { address: peer, by: null }
      const hops = proxyHeader === 'forwarded' ? hopsOf(`${header}`) : `${header}`.split(',')
      let address = peer
      for (const hop of hops.toReversed()) {
        const next = addressOf(hop)
        if (next === null) break
        address = next
        if (!isProxy(address)) break
      }
      return { address, by: address === peer ? null : peer }
    },
  }
}

/** With a port after it where a proxy writes one, and in brackets as IPv6 then has to be. */
function addressOf(hop: string): string | null {
  const text = hop.trim()
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1]
  const withPort = /^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/.exec(text)?.[1]
  return plainAddress(bracketed ?? withPort ?? text)
}

/**
 * What each proxy wrote as `for`; empty where one wrote none.
 * @see RFC 7239, section 4
 */
function hopsOf(header: string): readonly string[] {
  return splitOutsideQuotes(header, ',').map((element) => {
    const pairs = splitOutsideQuotes(element, ';').map((pair) => /^\s*for\s*=\s*(.*?)\s*$/i.exec(pair)?.[1])
    const value = pairs.find((each) => each !== undefined) ?? ''
    return value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, '$1') : value
  })
}

function splitOutsideQuotes(text: string, separator: string): readonly string[] {
  const parts = ['']
  let isQuoted = false
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] ?? ''
    if (character === '"') isQuoted = !isQuoted
    if (character === separator && !isQuoted) parts.push('')
    else parts[parts.length - 1] += character
    if (isQuoted && character === '\\') parts[parts.length - 1] += text[(index += 1)] ?? ''
  }
  return parts
}
