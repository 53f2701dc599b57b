import https from 'node:https'
import type { Agent } from 'node:https'
import { createBody } from './body.ts'

/** Of answers to sign-ins, which are small. */
const answerBytesMax = 1024 * 1024

/**
 * `fetch` over the connections of an agent, for libraries that take one. Plain http, by which machines ask the service
 * beside them who they are, goes the usual way and through no proxy.
 *
 * @throws what Node's own request fails with, with its code
 */
export function fetchBy(agent: Agent): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init)
    if (!request.url.startsWith('https:')) return fetch(request)
    const body = Buffer.from(await request.arrayBuffer())
    const { promise, resolve, reject } = Promise.withResolvers<Response>()
    const headers = { ...Object.fromEntries(request.headers), 'content-length': `${body.length}` }
    const sent = https.request(request.url, { agent, method: request.method, headers, signal: request.signal })
    sent.on('error', reject)
    sent.on('response', (answer) => {
      const { statusCode: status = 0, headers: told } = answer
      const read = createBody(answerBytesMax)
      answer.on('error', reject)
      answer.on('data', (chunk: Buffer) => {
        if (!read.add(chunk)) answer.destroy(new Error('the answer is too long'))
      })
      answer.on('end', () => {
        const hasBody = status !== 204 && status !== 304
        const kept = Object.entries(told).map(([name, value]): [string, string] => [name, String(value)])
        resolve(new Response(hasBody ? new Uint8Array(read.bytes()) : null, { status, headers: kept }))
      })
    })
    sent.end(body)
    return promise
  }
}
