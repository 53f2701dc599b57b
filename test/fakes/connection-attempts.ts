import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'

/** Every address that this process tried to connect to, whoever asked for it and whatever became of it. */
export interface ConnectionAttempts extends Disposable {
  /** `127.0.0.1:5000`, oldest first, each once. */
  readonly list: () => readonly string[]
}

/** Watches until the block that holds it ends. */
export function watchConnectionAttempts(): ConnectionAttempts {
  const seen = new Set<string>()
  const onSocket = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket } // as Node documents the channel
    socket.on('connectionAttempt', (ip: string, port: number) => seen.add(`${ip}:${port}`))
  }
  subscribe('net.client.socket', onSocket)
  return {
    list: () => [...seen],
    [Symbol.dispose]: () => void unsubscribe('net.client.socket', onSocket),
  }
}
