import { Agent, request } from 'node:http'

/** Of the images that the events are about. */
export const registry = 'registry.example.com'

/** Name of the source that the service has. */
export const sourceName = 'registry'

/** A push of `repo/<number>:latest`, as a registry tells of it. */
export interface Push {
  readonly id: string
  readonly body: string
}

/** Pushes that differ from each other, and from those of another `first`. */
export function pushesOf(count: number, repositoryOf: (index: number) => string, first = 0): readonly Push[] {
  return Array.from({ length: count }, (_, index) => {
    const id = `00000000-0000-4000-8000-${String(first + index).padStart(12, '0')}`
    const target = {
      mediaType: 'application/vnd.oci.image.index.v1+json',
      digest: `sha256:${String(first + index).padStart(64, '0')}`,
      size: 708,
      repository: repositoryOf(index),
      tag: 'latest',
    }
    return { id, body: JSON.stringify({ events: [{ id, timestamp: '2026-11-20T12:00:00Z', action: 'push', target }] }) }
  })
}

/** What came of sending many. */
export interface Sent {
  /** Those that were answered with 202, in that order. */
  readonly acknowledged: readonly Push[]
  /** How long each of those took, in milliseconds, fastest first. */
  readonly times: readonly number[]
  /** Other answers by status, and connections that were lost without one. */
  readonly others: Readonly<Record<string, number>>
}

interface SendOptions {
  readonly url: string
  readonly secret: string
  readonly pushes: readonly Push[]
  /** A second, sent when it is their time however long earlier ones take; without it, as fast as they are answered. */
  readonly rate?: number
  readonly connections?: number
  /** Called with the count of those that were acknowledged. */
  readonly onAcknowledged?: (count: number) => void
  /** When no more are to be sent. */
  readonly stop?: AbortSignal
}

/** Sends them over connections that are kept. A lost connection ends nothing: what was not answered is counted. */
export async function sendPushes({
  url,
  secret,
  pushes,
  rate,
  connections = 50,
  onAcknowledged = () => {},
  stop,
}: SendOptions): Promise<Sent> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const acknowledged: Push[] = []
  const times: number[] = []
  const others: Record<string, number> = {}
  const send = async (push: Push): Promise<void> => {
    const sentAt = performance.now()
    const status = await post(agent, url, secret, push.body)
    if (status !== '202') return void (others[status] = (others[status] ?? 0) + 1)
    times.push(performance.now() - sentAt)
    onAcknowledged(acknowledged.push(push))
  }
  if (rate === undefined) {
    const left = pushes.values()
    await Promise.all(
      Array.from({ length: connections }, async () => {
        for (const push of left) {
          if (stop?.aborted === true) return
          await send(push)
        }
      }),
    )
  } else {
    const began = performance.now()
    const sent: Promise<void>[] = []
    while (sent.length < pushes.length) {
      const due = Math.floor(((performance.now() - began) / 1000) * rate) + 1
      for (const push of pushes.slice(sent.length, due)) sent.push(send(push))
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
    await Promise.all(sent)
  }
  agent.destroy()
  return { acknowledged, times: times.toSorted((a, b) => a - b), others }
}

/** @returns the status, or the code of what was wrong with the connection */
function post(agent: Agent, url: string, secret: string, body: string): Promise<string> {
  const headers = { authorization: `Bearer ${secret}`, 'content-length': Buffer.byteLength(body) }
  return new Promise((resolve) => {
    request(url, { method: 'POST', agent, headers }, (response) => {
      response
        .resume()
        .once('end', () => resolve(String(response.statusCode)))
        .once('error', () => resolve('cut off'))
    })
      .once('error', (error) => resolve('code' in error ? String(error.code) : error.message))
      .end(body)
  })
}
