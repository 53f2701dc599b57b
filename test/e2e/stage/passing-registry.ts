import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'

/** A server in front of a registry. */
export interface PassingRegistry {
  /** `127.0.0.1:port` */
  readonly address: string
  close(): Promise<void>
}

/** Whether an engine asks, rather than longshore. */
export const isFromEngine = ({ headers }: IncomingMessage): boolean =>
  headers['user-agent']?.startsWith('docker/') === true

/** Passes every request on to the real registry at `address`, once `before` has resolved. */
export async function passOn(
  address: string,
  before: (incoming: IncomingMessage) => void | Promise<void>,
): Promise<PassingRegistry> {
  return standInFront(async (incoming, outgoing) => {
    await before(incoming)
    const { method = '', url = '', headers } = incoming
    const passedOn = request(`http://${address}${url}`, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    passedOn.on('error', () => outgoing.destroy())
    incoming.pipe(passedOn)
  })
}

/** Answers every request in the place of a registry, at an address of its own. */
export async function standInFront(
  answer: (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>,
): Promise<PassingRegistry> {
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch(() => outgoing.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('it has no port')
  return {
    address: `127.0.0.1:${bound.port}`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
