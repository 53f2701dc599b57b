import net from 'node:net'
import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import { http } from '../../lib/http.ts'
import { probeLimitMs, type Probe } from '../../rollout/probe.ts'
import type { Order } from '../../rollout/rollout.ts'

type TcpProbe = Extract<Probe, { kind: 'tcp' }>
type HttpProbe = Extract<Probe, { kind: 'http' }>

/**
 * Asks a container over the network, at all its addresses at once: some networks cannot be reached from their host.
 * @returns null when one of them answers well, else why not, in words
 */
export async function askAddress(
  container: ContainerInspect,
  order: Order,
  probe: TcpProbe | HttpProbe,
  signal: AbortSignal,
): Promise<string | null> {
  const addresses = addressesOf(container, order)
  if (addresses.length === 0) return 'it has no address of its own'
  const enough = new AbortController()
  const within = AbortSignal.any([signal, enough.signal, AbortSignal.timeout(probeLimitMs)])
  try {
    await Promise.any(
      addresses.map((host) => (probe.kind === 'tcp' ? connect(host, probe, within) : get(host, probe, within))),
    )
    return null
  } catch (error) {
    return inWords(error)
  } finally {
    enough.abort()
  }
}

/** On the host's own network another may answer in its place: the old version does, unless it was stopped first. */
function addressesOf({ HostConfig, NetworkSettings }: ContainerInspect, order: Order): readonly string[] {
  if (HostConfig.NetworkMode === 'host') return order === 'stop-first' ? ['127.0.0.1'] : []
  return Object.values(NetworkSettings.Networks ?? {})
    .flatMap(({ IPAddress, GlobalIPv6Address }) => [IPAddress, GlobalIPv6Address])
    .filter((each): each is string => typeof each === 'string' && net.isIP(each) !== 0)
    .slice(0, addressesMax)
}

const addressesMax = 16

function connect(host: string, { port }: TcpProbe, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port, signal })
    socket.on('error', reject)
    socket.once('connect', () => {
      socket.destroy()
      resolve()
    })
  })
}

function get(host: string, { port, path }: HttpProbe, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'user-agent': 'longshore' }
    const request = http.get({ host, port, path, headers, agent: false, signal })
    request.on('error', reject)
    request.once('response', ({ statusCode = 0 }) => {
      // The body is nobody's business: a good one may never end.
      request.destroy()
      if (statusCode >= 200 && statusCode < 400) resolve()
      else reject(new Error(`status ${statusCode}`))
    })
  })
}

function inWords(failure: unknown): string {
  const error: unknown = failure instanceof AggregateError ? failure.errors[0] : failure
  if (!(error instanceof Error)) return 'no answer'
  if (error.name === 'AbortError') return `no answer within ${probeLimitMs / 1000} s`
  return 'code' in error && error.code === 'ECONNREFUSED' ? 'connection refused' : error.message
}
