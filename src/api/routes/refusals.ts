import type { IncomingMessage, ServerResponse } from 'node:http'
import { AppError } from '../../errors.ts'
import type { Clock } from '../../lib/clock.ts'
import type { Log } from '../../lib/log.ts'
import { createFailureLimit } from '../failure-limit.ts'
import type { ClientReader } from '../listener/client-address.ts'

interface RefusalDeps {
  readonly clock: Clock
  readonly log: Log
  readonly clients: ClientReader
  readonly onRefusal: (response: ServerResponse) => void
}

/** Failed sign-ins of one address within a minute that are answered with 401. */
const failuresMax = 10

/** How long each further one waits for its answer: at full speed they would take the time of those who know a secret. */
const holdMs = 1_000

/** Addresses that the log names in a minute; of the others it says that there are. */
const namedMax = 20

const minuteMs = 60_000

/**
 * What to say to a request that does not know the secret. Whoever knows it never comes here: no number of failures, not
 * even from the same address, stands in its way.
 */
export function createRefusals({ clock, log, clients, onRefusal }: RefusalDeps) {
  const limit = createFailureLimit(clock)
  let minute = { endsAt: 0, named: 0 }

  const tell = ({ address, by }: ReturnType<ClientReader['read']>): void => {
    if (minute.endsAt <= clock.elapsed()) minute = { endsAt: clock.elapsed() + minuteMs, named: 0 }
    minute.named += 1
    if (minute.named > namedMax) return
    const from = by === null ? address : `${address} (by the proxy ${by})`
    const more = minute.named === namedMax ? '; further addresses are not named before a minute is over' : ''
    log.warn({ code: 'EVENT_UNAUTHORIZED' }, `a request to /hooks from ${from} did not know the secret${more}`)
  }

  return async (request: IncomingMessage, response: ServerResponse): Promise<AppError> => {
    const client = clients.read(request)
    const { failures, restMs } = limit.count(client.address)
    if (failures === 1) tell(client)
    if (failures <= failuresMax) return new AppError('EVENT_UNAUTHORIZED', 'no such source, or not its secret')
    onRefusal(response)
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    await clock.sleep(holdMs, gone.signal)
    return new AppError('EVENT_FAILURES', 'too many failed sign-ins from this address', { retryAfterMs: restMs })
  }
}
