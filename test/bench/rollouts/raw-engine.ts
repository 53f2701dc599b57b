import http from 'node:http'
import { text } from 'node:stream/consumers'

/** The Engine API with nothing around it: what is done through it is the floor of what can be done at all. */
export interface RawEngine {
  /** @throws Error on any status from 400 */
  call(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<string>
  close(): void
}

/** @param host `unix://…` */
export function openRawEngine(host: string): RawEngine {
  const agent = new http.Agent({ keepAlive: true })
  const socketPath = host.replace(/^unix:\/\//, '')
  return {
    async call(method, path, body) {
      const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>()
      const payload = body === undefined ? '' : JSON.stringify(body)
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }
      http.request({ socketPath, agent, method, path, headers }, resolve).on('error', reject).end(payload)
      const response = await promise
      const answer = await text(response)
      if ((response.statusCode ?? 500) < 400) return answer
      throw new Error(`${method} ${path}: ${answer}`)
    },
    close: () => agent.destroy(),
  }
}
