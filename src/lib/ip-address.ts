import { BlockList, isIP, isIPv6 } from 'node:net'

/**
 * An address in the one spelling that we compare: IPv4 also where it came in IPv6 clothes, and without a zone.
 *
 * @returns null for what is no address
 */
export function plainAddress(text: string): string | null {
  const address = text.replace(/%.*$/, '')
  const kind = isIP(address)
  if (kind === 0) return null
  if (kind === 4) return address
  const groups = groupsOf(address)
  const isMapped = groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0)
  // The short spelling of RFC 5952, which URLs are written in.
  if (!isMapped) return new URL(`http://[${address}]`).hostname.slice(1, -1)
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 255])
    .join('.')
}

/** One customer has a whole /64 of IPv6: who is to be counted is counted by that, and by the address in IPv4. */
export function networkOf(address: string): string {
  const plain = plainAddress(address) ?? address
  if (!isIPv6(plain)) return plain
  return `${groupsOf(plain)
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`
}

/** Whether an address is one of those that were written down. */
export type AddressSet = (address: string) => boolean

/** @param blocks addresses and blocks that `blockProblem` finds nothing wrong with */
export function createAddressSet(blocks: readonly string[]): AddressSet {
  const list = new BlockList()
  for (const block of blocks) {
    const [base = '', bits] = block.split('/')
    const family = isIPv6(base) ? 'ipv6' : 'ipv4'
    list.addSubnet(base, bits === undefined ? widthOf(base) : Number(bits), family)
  }
  return (address) => {
    const plain = plainAddress(address)
    return plain !== null && list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4')
  }
}

/** What is wrong with `10.0.0.0/8` or `10.0.0.1`, as a sentence without its subject; null when nothing is. */
export function blockProblem(text: string): string | null {
  const [base = '', bits, ...more] = text.split('/')
  if (isIP(base) === 0 || more.length > 0 || base.includes('%')) {
    return 'must be an address or a block of them, such as 127.0.0.1, 10.0.0.0/8 or fd00::/8'
  }
  if (bits === undefined) return null
  const width = widthOf(base)
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > width) {
    return `must have a length from 1 to ${width} after the "/" of such an address`
  }
  if (Number(bits) === 0) return 'would be everybody; name the addresses that are meant'
  const known = Number(bits)
  const beyond = bitsOf(base).slice(known)
  return beyond.includes('1')
    ? `begins in the middle of a block: with /${known}, all bits after the ${known}th are 0`
    : null
}

const widthOf = (address: string): number => (isIPv6(address) ? 128 : 32)

function bitsOf(address: string): string {
  const [parts, width] = isIPv6(address) ? [groupsOf(address), 16] : [address.split('.').map(Number), 8]
  return parts.map((part) => part.toString(2).padStart(width, '0')).join('')
}

/** The eight numbers of an IPv6 address. */
function groupsOf(address: string): readonly number[] {
  // The last four bytes may be written as IPv4.
  const hexed = address.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(0, 4).map(Number)
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
  })
  const [head = '', tail] = hexed.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0')
  return [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16))
}
