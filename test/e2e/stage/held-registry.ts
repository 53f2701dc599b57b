import { once } from 'node:events'
import { createServer, request } from 'node:http'

/** A registry that can keep an engine waiting for layers. */
export interface HeldRegistry {
  /** `127.0.0.1:port` */
  readonly address: string
  /** From now on no engine gets a layer. @returns resolves when one asks */
  hold(): Promise<void>
  /** Lets through what waits and what comes. */
  release(): void
  close(): Promise<void>
}

/** Passes everything on to the real registry at `address`. */
export async function holdableRegistry(address: string): Promise<HeldRegistry> {
  let released = Promise.withResolvers<void>()
  let asked = Promise.withResolvers<void>()
  released.resolve()
  const server = createServer(async (incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming
    const isPull = headers['user-agent']?.startsWith('docker/') === true
    if (isPull && url.includes('/blobs/')) {
      asked.resolve()
      await released.promise
    }
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
  if (bound === null || typeof bound === 'string') throw new Error('it has no port')
  return {
    address: `127.0.0.1:${bound.port}`,
    hold() {
      released = Promise.withResolvers()
      asked = Promise.withResolvers()
      return asked.promise
    },
    release: () => released.resolve(),
    async close() {
      released.resolve()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
