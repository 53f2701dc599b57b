import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { networkOf } from '../../lib/ip-address.ts'

/** How many connections there may be. */
export interface ConnectionLimits {
  readonly connectionsMax: number
  /** From one address, or one /64 of IPv6. Proxies that are trusted may have as many as there may be at all. */
  readonly perAddressMax: number
}

/**
 * The connections of a listener. Where there are too many, a new one takes the place of the one that has done nothing for
 * the longest: who only holds connections open thereby keeps nobody out. None is ended while it is being answered.
 */
export interface Connections {
  /** Takes in a new one, or ends it when all others are being answered. */
  open(socket: Socket): void
  /** The encrypted side of one that was taken in, where there is one. */
  secured(socket: Socket): void
  /** The one below its encrypted side. */
  below(socket: Socket): Socket | undefined
  /**
   * A request has come in.
   * @returns false when it must not be answered: the one before it on the same connection is not yet, which then is the
   * last that is. Senders do not do that, and without it a connection holds one body in memory.
   */
  begin(request: IncomingMessage, response: ServerResponse): boolean
  /** Whether more requests of it are to be read: not when it was ended, or after the last that is answered. */
  isWanted(socket: Socket): boolean
  /** The request was refused, and its answer is only held back. */
  refuse(response: ServerResponse): void
  /** Ends all that are not being answered, and the others with their answers. */
  drain(): void
  /** Ends all. */
  destroy(): void
  /** How many there are. */
  readonly count: number
}

interface Connection {
  readonly socket: Socket
  readonly network: string
  /** The one that is being answered. */
  now: { readonly request: IncomingMessage; readonly response: ServerResponse; isRefused: boolean } | null
  /** Whether somebody who knows a secret has sent over it. */
  isProven: boolean
  /** Whether the one that is being answered is the last. */
  isLast: boolean
}

/** Whether it waits for us, rather than we for it. */
const isBusy = ({ now }: Connection): boolean => now !== null && now.request.complete && !now.isRefused

export function createConnections(limits: ConnectionLimits, isProxy: (address: string) => boolean): Connections {
  // What did something the longest ago comes first.
  const open = new Map<string, Connection>()
  const ofSocket = new WeakMap<Socket, string>()
  const perNetwork = new Map<string, number>()

  const countOf = (network: string): number => perNetwork.get(network) ?? 0

  const add = (network: string, more: 1 | -1): void => {
    const count = countOf(network) + more
    if (count === 0) perNetwork.delete(network)
    else perNetwork.set(network, count)
  }

  /** Ends another one, those that never proved anything first. @returns false when there is none to end */
  const makeRoom = (network: string | null): boolean => {
    let proven: string | null = null
    for (const [key, each] of open) {
      if ((network !== null && each.network !== network) || isBusy(each)) continue
      if (!each.isProven) return end(key)
      proven ??= key
    }
    return proven !== null && end(proven)
  }

  /** At once, although `close` comes later: else the next one would find no room. */
  const forget = (key: string): Connection | undefined => {
    const connection = open.get(key)
    if (connection === undefined) return undefined
    open.delete(key)
    add(connection.network, -1)
    return connection
  }

  const end = (key: string): true => {
    forget(key)?.socket.destroy()
    return true
  }

  const touch = (key: string, connection: Connection): void => {
    if (open.get(key) !== connection) return
    open.delete(key)
    open.set(key, connection)
  }

  return {
    get count() {
      return open.size
    },
    open(socket) {
      const key = keyOf(socket)
      if (key === null) return void socket.destroy()
      const network = networkOf(socket.remoteAddress ?? '')
      const isTooMany = !isProxy(socket.remoteAddress ?? '') && countOf(network) >= limits.perAddressMax
      if (isTooMany && !makeRoom(network)) return void socket.destroy()
      if (open.size >= limits.connectionsMax && !makeRoom(null)) return void socket.destroy()
      const connection: Connection = { socket, network, now: null, isProven: false, isLast: false }
      forget(key)
      open.set(key, connection)
      add(network, 1)
      ofSocket.set(socket, key)
      // Its server has its own ear for what goes wrong above it; nobody else hears what does so below.
      socket.on('error', () => {})
      socket.once('close', () => {
        if (open.get(key) === connection) forget(key)
      })
    },
    secured(socket) {
      const key = keyOf(socket)
      if (key !== null) ofSocket.set(socket, key)
    },
    below: (socket) => open.get(keyOf(socket) ?? '')?.socket,
    begin(request, response) {
      const key = ofSocket.get(request.socket) ?? ''
      const connection = open.get(key)
      // It was ended for another one, and this came in just before.
      if (connection === undefined) return false
      const { now } = connection
      if (now !== null && !now.response.writableEnded) {
        connection.isLast = true
        if (!now.response.headersSent) now.response.setHeader('connection', 'close')
        else now.response.once('close', () => void (open.get(key) === connection && end(key)))
        return false
      }
      const mine = { request, response, isRefused: false }
      connection.now = mine
      touch(key, connection)
      response.once('close', () => {
        if (connection.now === mine) connection.now = null
        if (request.method === 'POST' && response.statusCode < 300) connection.isProven = true
        touch(key, connection)
      })
      return true
    },
    isWanted(socket) {
      const connection = open.get(ofSocket.get(socket) ?? '')
      return connection !== undefined && !connection.isLast
    },
    refuse(response) {
      const key = response.socket === null ? '' : (ofSocket.get(response.socket) ?? '')
      const now = open.get(key)?.now
      if (now?.response === response) now.isRefused = true
    },
    drain() {
      for (const [key, each] of open) {
        if (!isBusy(each)) end(key)
        else if (each.now?.response.headersSent === false) each.now.response.setHeader('connection', 'close')
      }
    },
    destroy() {
      for (const key of open.keys()) end(key)
    },
  }
}

/** The same for both sides of an encrypted connection; null for one that is gone. */
function keyOf({ remoteAddress, remotePort }: Socket): string | null {
  return remoteAddress === undefined || remotePort === undefined ? null : `${remoteAddress} ${remotePort}`
}
