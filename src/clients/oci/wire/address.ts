import { BlockList, isIP } from 'node:net'

/** `forbidden`: metadata services, link-local, multicast and other addresses no registry has. */
export type AddressClass = 'public' | 'private' | 'forbidden'

/**
 * How far a connection may go. `private`: into our network, but not to this machine itself. `loopback`: there too.
 * `configured` is for the very host that the operator wrote down.
 */
export type Reach = 'public' | 'private' | 'loopback' | 'configured'

const privateNetworks = [
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
  ['198.18.0.0', 15],
] as const

const forbiddenNetworks = [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['100.100.100.200', 32], // Alibaba's metadata service
  ['168.63.129.16', 32], // Azure's host agent
] as const

const privateAddresses = listOf(privateNetworks, [
  ['::1', 128],
  ['fc00::', 7],
])
const loopbackAddresses = listOf([['127.0.0.0', 8]], [['::1', 128]])
const forbiddenAddresses = listOf(forbiddenNetworks, [
  ['::', 128],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
  ['fd00:ec2::', 32], // Amazon's metadata service, and what hands out the credentials of pods
  ['fd20:ce::254', 128], // Google's metadata service
  ['fd00:c1::a9fe:a9fe', 128], // Oracle's metadata service
  ['fd00:42::42', 128], // Scaleway's metadata service
  ['2001::', 32], // Teredo, and below 6to4: both carry an IPv4 address that nobody checks
  ['2002::', 16],
  ['64:ff9b:1::', 48],
])
forbiddenAddresses.addRange('::2', '::ffff:ffff', 'ipv6') // the long dead IPv4-compatible form

/**
 * What kind of address this is. IPv4 inside IPv6 (`::ffff:`, `::ffff:0:`, `64:ff9b::`) counts as the IPv4 address;
 * an ISATAP address, below whatever prefix, also as the one within.
 */
export function classifyAddress(address: string): AddressClass {
  const version = isIP(address)
  if (version === 0) return 'forbidden'
  const within = version === 6 ? isatapAddress(address) : null
  if (within !== null && classifyAddress(within) !== 'public') return 'forbidden'
  const family = version === 4 ? 'ipv4' : 'ipv6'
  if (forbiddenAddresses.check(address, family)) return 'forbidden'
  return privateAddresses.check(address, family) ? 'private' : 'public'
}

/** Whether a connection of this reach may go to `address`, which a name was resolved to. */
export function isWithinReach(address: string, reach: Reach): boolean {
  const found = classifyAddress(address)
  if (found !== 'private') return found === 'public'
  return reach !== 'public' && (reach !== 'private' || !isLoopback(address))
}

/** How far what came from an address may lead us: into our network only from there, to this machine only from it. */
export function reachFrom(peer: string): Exclude<Reach, 'configured'> {
  if (classifyAddress(peer) !== 'private') return 'public'
  return isLoopback(peer) ? 'loopback' : 'private'
}

function isLoopback(address: string): boolean {
  return loopbackAddresses.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6')
}

/** A URL's host name without the brackets of an IPv6 literal. */
export function bareHostname(url: URL): string {
  return url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname
}

/**
 * The IPv4 address of an interface identifier `0:5efe:a.b.c.d` or `200:5efe:a.b.c.d`.
 *
 * @see RFC 5214, 6.1
 */
function isatapAddress(address: string): string | null {
  // Written out by the URL parser: no zone, no dots, and zeros left out in one place at most.
  const url = URL.parse(`http://[${address.replace(/%.*$/, '')}]/`)
  if (url === null) return null
  const [before = '', after] = bareHostname(url).split('::')
  const head = before === '' ? [] : before.split(':')
  const tail = after === undefined || after === '' ? [] : after.split(':')
  const zeros = after === undefined ? [] : Array<string>(8 - head.length - tail.length).fill('0')
  const [flag, mark, high = '0', low = '0'] = [...head, ...zeros, ...tail].slice(4)
  if ((flag !== '0' && flag !== '200') || mark !== '5efe') return null
  const bits = (Number.parseInt(high, 16) << 16) | Number.parseInt(low, 16)
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join('.')
}

type Networks = readonly (readonly [network: string, bits: number])[]

function listOf(ipv4: Networks, ipv6: Networks): BlockList {
  const list = new BlockList()
  for (const [network, bits] of ipv4) {
    list.addSubnet(network, bits, 'ipv4') // also matches ::ffff:a.b.c.d
    list.addSubnet(`64:ff9b::${network}`, 96 + bits, 'ipv6') // NAT64
    list.addSubnet(`::ffff:0:${network}`, 96 + bits, 'ipv6') // IPv4-translated, RFC 2765
  }
  for (const [network, bits] of ipv6) list.addSubnet(network, bits, 'ipv6')
  return list
}
