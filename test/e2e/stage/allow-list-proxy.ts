import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { formatRight, rightFor } from './engine-rights.ts'

/** A server in front of an engine that lets the listed rights through and nothing else. */
export interface AllowListProxy {
  /** For `DOCKER_HOST`: `tcp://127.0.0.1:port`. */
  readonly host: string
  /** Which rights were used, as `formatRight` writes them. */
  readonly used: ReadonlySet<string>
  /** What was refused: method and path. */
  readonly refused: readonly string[]
  /** What it refuses from now on although it is listed, as `formatRight` writes it; null for nothing. */
  deny(right: string | null): void
  /** The same from the moment on that the engine has done something that `cause` covers. */
  denyAfter(cause: string, right: string): void
  close(): Promise<void>
}

/** @param engineHost `unix://…` */
export async function startAllowListProxy(engineHost: string): Promise<AllowListProxy> {
  const socketPath = engineHost.slice('unix://'.length)
  const used = new Set<string>()
  const refused: string[] = []
  let denied: string | null = null
  let next: { readonly cause: string; readonly right: string } | null = null
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming
    const right = rightFor(method, url)
    if (right === undefined || formatRight(right) === denied) {
      refused.push(`${method} ${url}`)
      // As the usual proxies say it.
      outgoing.writeHead(403, { 'content-type': 'text/html' }).end('<html><body><h1>403 Forbidden</h1></body></html>')
      return
    }
    used.add(formatRight(right))
    const passedOn = request({ socketPath, method, path: url, headers, agent: false }, (answer) => {
      const { statusCode = 502 } = answer
      if (next?.cause === formatRight(right) && statusCode < 300) denied = next.right
      outgoing.writeHead(statusCode, answer.headers)
      // A stream of events says nothing for long; who asked has to see that it began.
      outgoing.flushHeaders()
      answer.pipe(outgoing)
      answer.on('error', () => outgoing.destroy())
    })
    passedOn.on('error', () => outgoing.destroy())
    outgoing.on('close', () => passedOn.destroy())
    incoming.pipe(passedOn)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the proxy has no port')
  return {
    host: `tcp://127.0.0.1:${bound.port}`,
    used,
    refused,
    deny(right) {
      denied = right
      next = null
    },
    denyAfter: (cause, right) => void (next = { cause, right }),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
