import { createServer, request as send } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/** What a proxy was asked for. */
export interface ProxiedRequest {
  /** `CONNECT`, or the method of a request in plain http. */
  readonly method: string
  /** `host:port`, or the whole address. */
  readonly target: string
  readonly headers: IncomingHttpHeaders
}

/** A proxy that finds every host at one port of this machine. */
export interface FakeProxy extends AsyncDisposable {
  readonly url: string
  readonly requests: readonly ProxiedRequest[]
}

/** @param behaviour `refuse` answers 403, `hang` takes the request and never answers */
export async function startFakeProxy(
  port: number,
  behaviour: 'serve' | 'refuse' | 'hang' = 'serve',
): Promise<FakeProxy> {
  const requests: ProxiedRequest[] = []
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    const { method = '', url: target = '', headers } = request
    requests.push({ method, target, headers })
    if (behaviour === 'hang') return
    if (behaviour === 'refuse') return void response.writeHead(403).end()
    const { pathname, search } = new URL(target)
    const onward = send({ host: '127.0.0.1', port, method, path: pathname + search, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    request.pipe(onward)
  })
  server.on('connection', (socket) => sockets.add(socket))
  server.on('connect', ({ url: target = '', headers }, socket) => {
    requests.push({ method: 'CONNECT', target, headers })
    if (behaviour === 'hang') return
    if (behaviour === 'refuse') return void socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    const inner = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      socket.pipe(inner).pipe(socket)
    })
    sockets.add(inner)
    inner.on('error', () => socket.destroy())
    socket.on('error', () => inner.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port: listensAt } = server.address() as AddressInfo // a TCP server that listens has one
  return {
    url: `http://user:proxy-password@127.0.0.1:${listensAt}`,
    requests,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
