import { BlockList, isIP } from 'node:net'

/** `forbidden`: metadata services, link-local, multicast and other addresses no registry has. */
export type AddressClass = 'public' | 'private' | 'forbidden'

/** How far a connection may go. `configured` is for the very host that the operator wrote down. */
export type Reach = 'public' | 'private' | 'configured'

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
const forbiddenAddresses = listOf(forbiddenNetworks, [
  ['::', 128],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
  ['fd00:ec2::254', 128], // Amazon's metadata service
  ['fd20:ce::254', 128], // Google's metadata service
  ['2001::', 32], // Teredo, and below 6to4: both carry an IPv4 address that nobody checks
  ['2002::', 16],
  ['64:ff9b:1::', 48],
])
forbiddenAddresses.addRange('::2', '::ffff:ffff', 'ipv6') // the long dead IPv4-compatible form

/** What kind of address this is. IPv4 inside IPv6 (`::ffff:`, `64:ff9b::`) counts as the IPv4 address. */
export function classifyAddress(address: string): AddressClass {
  const version = isIP(address)
  if (version === 0) return 'forbidden'
  const family = version === 4 ? 'ipv4' : 'ipv6'
  if (forbiddenAddresses.check(address, family)) return 'forbidden'
  return privateAddresses.check(address, family) ? 'private' : 'public'
}

/** Whether a connection of this reach may go to `address`, which a name was resolved to. */
export function isWithinReach(address: string, reach: Reach): boolean {
  const found = classifyAddress(address)
  return found === 'public' || (found === 'private' && reach !== 'public')
}

/** A URL's host name without the brackets of an IPv6 literal. */
export function bareHostname(url: URL): string {
  return url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname
}

type Networks = readonly (readonly [network: string, bits: number])[]

function listOf(ipv4: Networks, ipv6: Networks): BlockList {
  const list = new BlockList()
  for (const [network, bits] of ipv4) {
    list.addSubnet(network, bits, 'ipv4') // also matches ::ffff:a.b.c.d
    list.addSubnet(`64:ff9b::${network}`, 96 + bits, 'ipv6') // NAT64
  }
  for (const [network, bits] of ipv6) list.addSubnet(network, bits, 'ipv6')
  return list
}
