import { once } from 'node:events'
import { createServer, request } from 'node:http'

/** A registry with a counter in front of it. */
export interface CountingRegistry {
  /** `127.0.0.1:port` */
  readonly address: string
  /** `METHOD /path` of all but the engine's own requests, since the start or the last `forget`. */
  readonly requests: readonly string[]
  forget(): void
  close(): Promise<void>
}

/** Passes everything on to the real registry at `address`, and writes down what longshore asks. */
export async function countRequests(address: string): Promise<CountingRegistry> {
  const requests: string[] = []
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming
    if (headers['user-agent']?.startsWith('docker/') !== true) requests.push(`${method} ${url}`)
    const passedOn = request(`http://${address}${url}`, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    passedOn.on('error', () => outgoing.destroy())
    incoming.pipe(passedOn)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the counter has no port')
  return {
    address: `127.0.0.1:${bound.port}`,
    requests,
    forget: () => void requests.splice(0),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
