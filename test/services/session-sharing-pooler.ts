import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** Stands in for a pooler in transaction mode: all its clients ask in one session of the server, by turns. */
export interface SessionSharingPooler {
  readonly port: number
  close(): Promise<void>
}

const authenticated = [0x52, 0, 0, 0, 8, 0, 0, 0, 0]
/** Of a process and a secret that are the pooler's own, as PgBouncer gives them. */
const backendKey = [0x4b, 0, 0, 0, 12, 0x7f, 1, 2, 3, 1, 2, 3, 4]
const ready = [0x5a, 0, 0, 0, 5, 0x49]
const terminate = 0x58

/**
 * @param to the port of a server on 127.0.0.1 that asks for no password
 * @see PostgreSQL's documentation, 55.7 "Message Formats"
 */
export async function startSessionSharingPooler(to: number, user: string): Promise<SessionSharingPooler> {
  const server = connect(to, '127.0.0.1')
  server.write(startupMessage({ user, database: user }))
  await until(server, (seen) => seen.includes(Buffer.from(ready)))
  const clients = new Set<Socket>()
  let asking: Socket | null = null
  server.on('data', (data) => asking?.write(data))
  const listener = createServer((client) => {
    clients.add(client)
    client.on('error', () => {})
    client.once('data', () => {
      client.write(Buffer.from([...authenticated, ...backendKey, ...ready]))
      client.on('data', (data) => {
        if (data[0] === terminate) return void client.end()
        asking = client
        server.write(data)
      })
    })
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('the pooler has no port')
  return {
    port: address.port,
    async close() {
      for (const each of [server, ...clients]) each.destroy()
      listener.close()
      await once(listener, 'close')
    },
  }
}

function startupMessage(parameters: Readonly<Record<string, string>>): Buffer {
  const text = Object.entries(parameters).flatMap(([name, value]) => [name, value])
  const body = Buffer.from(`${text.join('\0')}\0\0`)
  const head = Buffer.alloc(8)
  head.writeInt32BE(body.length + 8, 0)
  head.writeInt32BE(196_608, 4)
  return Buffer.concat([head, body])
}

async function until(socket: Socket, isEnough: (seen: Buffer) => boolean): Promise<void> {
  let seen = Buffer.alloc(0)
  while (!isEnough(seen)) {
    const [data] = await once(socket, 'data')
    seen = Buffer.concat([seen, data])
  }
}
