import http from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

/** Somebody outside who asks a server again and again. */
export interface Prober {
  /** @returns the longest time without an answer, in milliseconds; 0 when every question was answered */
  stop(): Promise<number>
}

const everyMs = 2
/** One that takes the connection and then ends gives no answer either. */
const patienceMs = 500

export function startProber(port: number): Prober {
  const stopped = new AbortController()
  let longestMs = 0
  const probing = (async () => {
    let answeredAt = performance.now()
    let hasMissed = false
    while (!stopped.signal.aborted) {
      const isAnswered = await ask(port)
      const now = performance.now()
      if (isAnswered && hasMissed) longestMs = Math.max(longestMs, now - answeredAt)
      if (isAnswered) answeredAt = now
      hasMissed = !isAnswered
      await delay(everyMs)
    }
  })()
  return {
    async stop() {
      stopped.abort()
      await probing
      return longestMs
    },
  }
}

function ask(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const request = http.get({ host: '127.0.0.1', port, agent: false, timeout: patienceMs }, (response) => {
    response.on('error', () => resolve(false))
    response.on('end', () => resolve(response.statusCode === 200)).resume()
  })
  request.on('timeout', () => request.destroy())
  request.on('error', () => resolve(false))
  return promise
}
