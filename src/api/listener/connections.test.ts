import { connect, type Socket } from 'node:net'
import type { ServerResponse } from 'node:http'
import { afterEach, expect, test, vi } from 'vitest'
import { systemClock } from '../../lib/clock.ts'
import { createLog } from '../../lib/log.ts'
import { createConnections } from './connections.ts'
import { openListener, usualLimits, type Listener } from './listener.ts'

let listener: Listener | undefined
const clients: Socket[] = []
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy()
  await listener?.close()
})

/** Three connections at most, and two of one address unless it is a proxy. What is asked is answered when a test says so. */
async function listen({ connectionsMax = 3, perAddressMax = 3, isProxy = false } = {}) {
  const waiting: { readonly path: string; answer(status?: number): void; readonly response: ServerResponse }[] = []
  const connections = createConnections({ connectionsMax, perAddressMax }, () => isProxy)
  const own = await openListener(
    {
      clock: systemClock,
      log: createLog('error', 'plain', () => {}),
      readFile: () => Promise.reject(new Error('there is no TLS here')),
      connections,
      answer: (request, response) => {
        request.resume()
        const answer = (status = 202): void => void response.writeHead(status).end('{}')
        waiting.push({ path: request.url ?? '', answer, response })
      },
    },
    { host: '127.0.0.1', port: 0, tls: null },
    usualLimits,
  )
  listener = own
  const port = Number(new URL(own.address).port)
  const ended: string[] = []

  const open = async (name: string): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    clients.push(socket)
    socket.resume().once('close', () => ended.push(name))
    await new Promise((resolve) => socket.once('connect', resolve))
    return socket
  }
  const ask = async (socket: Socket, path: string, rest = 'content-length: 0\r\n\r\n') => {
    socket.write(`POST ${path} HTTP/1.1\r\nhost: localhost\r\n${rest}`)
    return vi.waitFor(() => waiting.find((each) => each.path === path) ?? expect.fail('not asked yet'), 10_000)
  }
  /** One that knows a secret. */
  const prove = async (name: string): Promise<Socket> => {
    const socket = await open(name)
    const answered = new Promise((resolve) => socket.once('data', resolve))
    ;(await ask(socket, `/proof-of-${name}`)).answer()
    await answered
    return socket
  }
  const endedIs = (names: readonly string[]) => vi.waitFor(() => expect(ended).toEqual(names), 10_000)
  return { own, connections, open, ask, prove, endedIs, ended }
}

test('a new connection takes the place of the one that has done nothing for the longest', async () => {
  const { open, endedIs, connections } = await listen()
  for (const name of ['first', 'second', 'third', 'fourth', 'fifth']) await open(name)

  await endedIs(['first', 'second'])
  expect(connections.count).toBe(3)
})

test('none is ended while it is being answered, not even for another one', async () => {
  const { open, ask, endedIs } = await listen({ connectionsMax: 2 })
  const asked = await ask(await open('first'), '/first')
  await ask(await open('second'), '/second')

  await open('third')
  await endedIs(['third'])

  asked.answer()
  await open('fourth')
  await endedIs(['third', 'first'])
})

test('a body that does not come to its end holds no place', async () => {
  const { open, ask, endedIs } = await listen({ connectionsMax: 2 })
  await ask(await open('slow'), '/slow', 'content-length: 1000\r\n\r\nx')
  await ask(await open('asking'), '/asking')

  await open('new')

  await endedIs(['slow'])
})

test('neither does a refusal that is held back', async () => {
  const { open, ask, endedIs, connections } = await listen({ connectionsMax: 2 })
  const refused = await ask(await open('refused'), '/refused')
  connections.refuse(refused.response)
  await ask(await open('asking'), '/asking')

  await open('new')

  await endedIs(['refused'])
})

test('those that have shown a secret stay, for as long as there are others', async () => {
  const { open, prove, endedIs } = await listen()
  await prove('known')
  await open('second')
  await open('third')

  await open('fourth')
  await open('fifth')
  await endedIs(['second', 'third'])
})

test('one address has a part of them, unless it is a proxy that many come through', async () => {
  const strict = await listen({ connectionsMax: 4, perAddressMax: 2 })
  for (const name of ['first', 'second', 'third']) await strict.open(name)
  await strict.endedIs(['first'])
  await strict.own.close()

  const proxied = await listen({ connectionsMax: 4, perAddressMax: 2, isProxy: true })
  for (const name of ['first', 'second', 'third', 'fourth', 'fifth']) await proxied.open(name)
  await proxied.endedIs(['first'])
})

test('however many hold on, who knows a secret comes in and is answered', async () => {
  const { open, prove, connections } = await listen({ connectionsMax: 20, perAddressMax: 20 })
  for (let index = 0; index < 60; index += 1) await open(`idle ${index}`)

  for (let index = 0; index < 10; index += 1) await prove(`known-${index}`)

  expect(connections.count).toBeLessThanOrEqual(20)
})
