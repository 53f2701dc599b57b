import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** What stands between a client and a server, and fails as networks do. */
export interface TcpProxy {
  readonly port: number
  /** Nothing passes any more, and nobody is told: connections stay open, new ones included. */
  silence(): void
  /** Ends the client's side alone: to the server it is there as before. */
  dropClients(): void
  /** Ends both sides of every connection, and takes no new ones until `restore`. */
  cut(): void
  /** Everything passes again, to another port if one is given. */
  restore(to?: number): void
  /** Once, when a client has sent this: passes it on, and ends the client's side before the answer. */
  dropAfter(sent: string): void
  close(): Promise<void>
}

/** @param to a port of 127.0.0.1 */
export async function startTcpProxy(to: number): Promise<TcpProxy> {
  let target = to
  const pairs = new Set<{ readonly client: Socket; readonly server: Socket }>()
  let mode: 'open' | 'silent' | 'cut' = 'open'
  let trap: string | null = null

  const listener = createServer((client) => {
    if (mode === 'cut') return void client.destroy()
    const server = connect(target, '127.0.0.1')
    const pair = { client, server }
    pairs.add(pair)
    let isDropped = false
    for (const socket of [client, server]) socket.on('error', () => {})
    client.on('data', (data) => {
      if (mode === 'silent') return
      if (trap !== null && data.includes(trap)) {
        trap = null
        isDropped = true
      }
      server.write(data)
    })
    server.on('data', (data) => {
      if (isDropped) client.destroy()
      else if (mode !== 'silent') client.write(data)
    })
    server.on('close', () => {
      pairs.delete(pair)
      client.destroy()
    })
    client.on('end', () => server.end())
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port')
  const cut = (): void => {
    mode = 'cut'
    for (const { client, server } of pairs) for (const socket of [client, server]) socket.destroy()
  }
  return {
    port: address.port,
    silence: () => void (mode = 'silent'),
    dropClients: () => pairs.forEach(({ client }) => client.destroy()),
    cut,
    restore(other = target) {
      target = other
      mode = 'open'
    },
    dropAfter: (sent) => void (trap = sent),
    async close() {
      cut()
      listener.close()
      await once(listener, 'close')
    },
  }
}
