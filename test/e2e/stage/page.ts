import { once } from 'node:events'
import { createServer } from 'node:net'
import { waitUntil } from '../../services/wait.ts'

/** A port of 127.0.0.1 that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('no port of 127.0.0.1 is free')
  return address.port
}

/** What the container behind a published port answers, without the line break. */
export function readPage(port: number): Promise<string> {
  return waitUntil(`port ${port} answers`, async () => {
    const response = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(2_000) })
    return response.ok && (await response.text()).trim()
  })
}
