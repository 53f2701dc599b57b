import { once } from 'node:events'
import { chmodSync } from 'node:fs'
import type { FollowedControl } from '../app/answers/read-progress.ts'
import { toAppError } from '../errors.ts'
import { http } from '../lib/http.ts'
import type { Log } from '../lib/log.ts'
import type { Answering } from './control-app.ts'
import { clearControlSocket } from './control-socket.ts'

/** How long answers under way may take once we close; a service has 10 s from its signal to its end. */
const closeMaxMs = 2_000

/** A request has to be there as a whole within this time, so that none keeps us from closing. */
const requestMaxMs = 5_000

/** A server that listens until it is closed. */
export interface ControlServer {
  close(): Promise<void>
}

interface ControlServerOptions {
  readonly control: FollowedControl
  /** Folder of the state, whose lock the caller holds. */
  readonly folder: string
  readonly log: Log
}

/**
 * Listens for a person's words at `control.sock` in the state folder. There is no sign-in: the folder (0700) and the
 * socket (0600) let in the user of the service and root alone, who could change the state itself as well.
 *
 * What answers is loaded with the first request: most services are never spoken to, and it takes 20 MB.
 *
 * @throws CONTROL_PATH_TOO_LONG, CONTROL_UNSAFE
 */
export async function openControlServer({ control, folder, log }: ControlServerOptions): Promise<ControlServer> {
  const path = await clearControlSocket(folder)
  let loading: Promise<Answering> | null = null
  const load = (): Promise<Answering> =>
    (loading ??= import('./control-app.ts').then(({ createControlApp }) => createControlApp(control, log)))
  const server = http.createServer(
    { requestTimeout: requestMaxMs, connectionsCheckingInterval: 1000 },
    (request, response) => {
      load()
        .then((answer) => answer(request, response))
        .catch((error: unknown) => {
          log.error({ code: 'INTERNAL' }, `INTERNAL: ${toAppError(error).message}`)
          response.destroy()
        })
    },
  )
  server.listen(path)
  await once(server, 'listening')
  chmodSync(path, 0o600)
  return {
    async close() {
      const timer = setTimeout(() => server.closeAllConnections(), closeMaxMs)
      const closed = once(server, 'close')
      server.close()
      server.closeIdleConnections()
      await closed
      clearTimeout(timer)
    },
  }
}
