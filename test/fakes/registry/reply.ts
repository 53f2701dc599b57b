import type { ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { Fault } from './faults.ts'

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Buffer | string
}

/** The specification's way of saying no. */
export function complaint(status: number, code: string, headers: Record<string, string> = {}): Reply {
  const body = JSON.stringify({ errors: [{ code, message: code.toLowerCase().replaceAll('_', ' '), detail: null }] })
  return { status, headers: { 'content-type': 'application/json', ...headers }, body }
}

/** Faults that only change what is answered; those of the connection are for `transmit`. */
export function spoil(reply: Reply, fault: Fault | null): Reply {
  const body = Buffer.from(reply.body ?? '')
  switch (fault?.kind) {
    case 'status':
      return { status: fault.status, headers: fault.headers ?? {}, body: fault.body ?? '' }
    case 'redirect':
      return { status: fault.status ?? 307, headers: { location: fault.location } }
    case 'wrong-digest':
      return { ...reply, headers: { ...reply.headers, 'docker-content-digest': fault.digest } }
    case 'headers': {
      const headers: Record<string, string> = { ...reply.headers }
      for (const [name, value] of Object.entries(fault.headers)) {
        if (value === null) delete headers[name]
        else headers[name] = value
      }
      return { ...reply, headers }
    }
    case 'lying-body':
      return { ...reply, body: Buffer.concat([body.subarray(0, -1), Buffer.from(' ')]) }
    default:
      return reply
  }
}

/** Sends an answer, or does to the connection what the fault says. */
export async function transmit(response: ServerResponse, reply: Reply, fault: Fault | null): Promise<void> {
  const body = Buffer.from(reply.body ?? '')
  const isHead = response.req.method === 'HEAD'
  switch (fault?.kind) {
    case 'hang':
      return
    case 'reset':
      response.destroy()
      return
    case 'oversized':
      response.writeHead(200, reply.headers)
      return pour(response, fault.bytes)
    case 'truncate':
      response.writeHead(reply.status, { ...reply.headers, 'content-length': body.length })
      response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy())
      return
    case 'stall': {
      const { headers, body: all } = fault.reply
      response.writeHead(200, { ...headers, 'content-length': all.length }).write(all.slice(0, all.length / 2))
      return
    }
    case 'slow-loris':
      response.writeHead(reply.status, { ...reply.headers, 'content-length': body.length })
      for (const byte of body) {
        if (response.destroyed) return
        response.write(Buffer.of(byte))
        await wait(fault.everyMs)
      }
      response.end()
      return
    default: {
      const hasBody = reply.status !== 304 && reply.status !== 204
      response.writeHead(reply.status, hasBody ? { 'content-length': body.length, ...reply.headers } : reply.headers)
      response.end(isHead ? undefined : body)
    }
  }
}

async function pour(response: ServerResponse, bytes: number): Promise<void> {
  const chunk = Buffer.alloc(64 * 1024, ' ')
  for (let sent = 0; sent < bytes && !response.destroyed; sent += chunk.length) {
    if (!response.write(chunk)) await drained(response)
  }
  response.end()
}

function drained(response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const go = (): void => {
    response.off('drain', go).off('close', go)
    resolve()
  }
  response.on('drain', go).on('close', go)
  return promise
}
