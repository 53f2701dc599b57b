import { once } from 'node:events'
import http from 'node:http'
import { buffer } from 'node:stream/consumers'
import { waitUntil } from '../../services/wait.ts'

/** Stands between a sender of events and the listener, and notes when what was accepted. */
export interface Witness extends AsyncDisposable {
  /** `http://127.0.0.1:port`, for the sender. */
  readonly url: string
  /** When the listener accepted a request with this in its body, in milliseconds since the epoch. */
  acceptedAt(text: string): Promise<number>
}

/** @param port of the listener */
export async function startWitness(port: number): Promise<Witness> {
  const accepted: { readonly at: number; readonly body: string }[] = []
  const agent = new http.Agent({ keepAlive: true })
  const server = http.createServer(async (incoming, outgoing) => {
    const { method, url: path, headers } = incoming
    const body = await buffer(incoming)
    const request = http.request({ host: '127.0.0.1', port, agent, method, path, headers }, (answer) => {
      const status = answer.statusCode ?? 502
      if (status < 300) accepted.push({ at: Date.now(), body: body.toString() })
      outgoing.writeHead(status, answer.headers)
      answer.pipe(outgoing)
    })
    // Nobody listens yet: senders try again.
    request.on('error', () => outgoing.writeHead(503).end()).end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port of 127.0.0.1 is free')
  return {
    url: `http://127.0.0.1:${address.port}`,
    acceptedAt: (text) =>
      waitUntil(`an event with ${text} is accepted`, () => accepted.find(({ body }) => body.includes(text))?.at, {
        everyMs: 10,
      }),
    async [Symbol.asyncDispose]() {
      agent.destroy()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
