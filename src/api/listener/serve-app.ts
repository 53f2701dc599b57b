import type { FastifyInstance } from 'fastify'
import type { Clock } from '../../lib/clock.ts'
import type { ReadFile } from '../../lib/key-pair.ts'
import type { Log } from '../../lib/log.ts'
import type { Connections } from './connections.ts'
import { openListener, type ListenAt, type ListenerLimits } from './listener.ts'

/** What listens, until it is closed. */
export interface AppServer {
  /** `http://127.0.0.1:8484`, or with https */
  readonly address: string
  close(): Promise<void>
}

/** What every server here needs. */
export interface ServingDeps {
  readonly clock: Clock
  readonly log: Log
  /** Reads certificate and key. @throws what is wrong with the file, in its message */
  readonly readFile: ReadFile
}

/** Answers with the routes of an app what comes in at a port. @throws LISTEN_FAILED, TLS_UNUSABLE */
export async function serveApp(
  app: FastifyInstance,
  deps: ServingDeps & { readonly connections: Connections },
  at: ListenAt,
  limits: ListenerLimits,
): Promise<AppServer> {
  await app.ready()
  const answer = (...pair: Parameters<typeof app.routing>): void => app.routing(...pair)
  const listener = await openListener({ ...deps, answer }, at, limits)
  return {
    address: listener.address,
    async close() {
      await listener.close()
      await app.close()
    },
  }
}
