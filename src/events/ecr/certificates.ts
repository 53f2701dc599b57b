import { X509Certificate } from 'node:crypto'
import { AppError } from '../../errors.ts'
import type { FetchFixed } from '../event-source.ts'

/** Gives the certificate at an address. @throws EVENT_UNVERIFIABLE */
export type Certificates = (address: URL) => Promise<X509Certificate>

/** There is one for each region at a time, and a new one each year or so. */
const certificatesMax = 10
const bytesMax = 16 * 1024

/** Whoever learnt our address can name any number of them. */
const underWayMax = 4

/** Fetches each certificate once: what lies at an address of SNS does not change. */
export function createCertificates(fetch: FetchFixed): Certificates {
  const known = new Map<string, Promise<X509Certificate>>()
  let underWay = 0

  const ask = async (address: URL): Promise<X509Certificate> => {
    if (underWay >= underWayMax) {
      throw new AppError('EVENT_UNVERIFIABLE', `too many certificates of ${address.host} are asked for at once`)
    }
    underWay += 1
    try {
      const { body } = await fetch(address, bytesMax)
      return read(body, address)
    } finally {
      underWay -= 1
    }
  }

  return (address) => {
    const found = known.get(address.href)
    if (found !== undefined) return found
    const fetched = ask(address)
    if (known.size >= certificatesMax) known.clear()
    known.set(address.href, fetched)
    fetched.catch(() => known.delete(address.href))
    return fetched
  }
}

function read(body: Uint8Array, { host }: URL): X509Certificate {
  try {
    return new X509Certificate(body)
  } catch (cause) {
    throw new AppError('EVENT_UNVERIFIABLE', `what ${host} sent is no certificate`, { cause })
  }
}
