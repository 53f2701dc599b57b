import { createHmac } from 'node:crypto'
import { Agent, request } from 'node:http'

/** How long each of many events took until it was acknowledged, in milliseconds, fastest first. */
export interface Flood {
  readonly times: readonly number[]
  /** Answers other than 202, by status. */
  readonly others: Readonly<Record<string, number>>
}

interface FloodSettings {
  /** `http://127.0.0.1:8484/hooks/ci` */
  readonly url: string
  readonly secret: string
  readonly count: number
  /** Events a second. They are sent when it is their time, however long earlier ones take. */
  readonly rate: number
  /** The image that an event is about. */
  readonly image: (index: number) => string
}

/** Sends signed events as fast as told, over connections that are kept. */
export async function flood({ url, secret, count, rate, image }: FloodSettings): Promise<Flood> {
  const agent = new Agent({ keepAlive: true, maxSockets: 100 })
  const times: number[] = []
  const others: Record<string, number> = {}
  const began = performance.now()
  const send = (index: number): Promise<void> => {
    const timestamp = String(Math.floor(Date.now() / 1000))
    const body = JSON.stringify({ image: image(index) })
    const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'x-longshore-timestamp': timestamp,
      'x-longshore-signature': `sha256=${signature}`,
    }
    const sentAt = performance.now()
    return new Promise((resolve, reject) => {
      request(url, { method: 'POST', agent, headers }, (response) => {
        response.resume().once('end', () => {
          if (response.statusCode === 202) times.push(performance.now() - sentAt)
          else others[String(response.statusCode)] = (others[String(response.statusCode)] ?? 0) + 1
          resolve()
        })
      })
        .once('error', reject)
        .end(body)
    })
  }
  const sent: Promise<void>[] = []
  while (sent.length < count) {
    const due = Math.min(count, Math.floor(((performance.now() - began) / 1000) * rate) + 1)
    while (sent.length < due) sent.push(send(sent.length))
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await Promise.all(sent)
  agent.destroy()
  return { times: times.toSorted((a, b) => a - b), others }
}

/** The value that a share of the sorted values does not exceed. */
export function quantile(sorted: readonly number[], share: number): number {
  const found = sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)]
  if (found === undefined) throw new Error('there is no quantile of nothing')
  return found
}
