import type { IncomingMessage } from 'node:http'

/** More than any manifest that is none of an attack. */
export const largeBytes = 128 * 1024

/** Turns of large bodies: of one host, one at a time is held in memory. Sixteen that grow at once would take 230 MiB. */
export interface LargeBodies {
  /** Stops the answer until it has its turn, which ends with it. The time until then is not its own. */
  takeTurn(host: string, incoming: IncomingMessage): void
}

/** None so far. */
export function createLargeBodies(): LargeBodies {
  const queues = new Map<string, Set<IncomingMessage>>()
  return {
    takeTurn(host, incoming) {
      const queue = queues.get(host) ?? new Set<IncomingMessage>()
      queues.set(host, queue.add(incoming))
      const [first] = queue
      if (first !== incoming) incoming.pause()
      incoming.once('close', () => {
        const [running] = queue
        queue.delete(incoming)
        const [next] = queue
        if (next === undefined) queues.delete(host)
        else if (running === incoming) next.resume()
      })
    },
  }
}
