import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { createEventTally } from '../../src/app/events/event-tally.ts'
import { createReceiver } from '../../src/app/events/receive-event.ts'
import { createShowsSecret } from '../../src/app/events/shown-secret.ts'
import type { ConfiguredSource } from '../../src/app/workloads/configured-source.ts'
import { usualLimits, type ListenerLimits } from '../../src/api/listener/listener.ts'
import type { PublicDeps, PublicRules } from '../../src/api/public-app.ts'
import { openPublicServer } from '../../src/api/public-server.ts'
import { eventSources } from '../../src/events/index.ts'
import type { Clock } from '../../src/lib/clock.ts'
import { createLog } from '../../src/lib/log.ts'
import { secret } from '../../src/lib/secret.ts'
import { startFakeClock } from './clock.ts'
import { envelope } from './event-requests.ts'
import { createMemoryStore } from './store.ts'
import { networksInMemory } from './proven-networks.ts'

/** The secret of its one source, `/hooks/registry`. */
export const word = 'the-secret-of-the-registry'

/** Of the sender that knows the word. */
export const ownSource: ConfiguredSource = {
  name: 'registry',
  source: eventSources.distribution({ registry: 'registry.example.com' }),
  secrets: [secret(word)],
}

/** What a public server is made of, over a state in memory. */
export function publicParts(clock: Clock = startFakeClock(), sources: readonly ConfiguredSource[] = [ownSource]) {
  const store = createMemoryStore()
  const lines: string[] = []
  const log = createLog('debug', 'plain', (line) => lines.push(line))
  const deps: PublicDeps = {
    clock,
    log,
    late: () => [],
    readiness: async () => ({ reasons: [] }),
    showsSecret: createShowsSecret(sources),
    proven: networksInMemory(),
    receive: createReceiver({
      store,
      clock,
      log,
      tally: createEventTally(),
      onNews: () => {},
      onDoubt: () => {},
      sources,
    }),
  }
  return { store, clock, lines, deps }
}

/** The public server at a port of this machine. */
export async function startPublicServer({
  rules = {} as Partial<PublicRules>,
  limits = {} as Partial<ListenerLimits>,
  clock = startFakeClock() as Clock,
  origins = [] as readonly string[],
  sources = [ownSource] as readonly ConfiguredSource[],
} = {}) {
  const parts = publicParts(clock, sources)
  const readFile = () => Promise.reject(new Error('there is no TLS here'))
  const at = { host: '127.0.0.1', port: 0, ...rules }
  const server = await openPublicServer({ ...parts.deps, readFile, origins }, at, { ...usualLimits, ...limits })
  const port = Number(new URL(server.address).port)
  return {
    ...parts,
    server,
    port,
    /** Sends bytes and gives all that comes back until the server ends the connection. */
    async talk(...sent: readonly (string | Buffer)[]): Promise<string> {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => {})
      for (const part of sent) socket.write(part)
      return text(socket).catch(() => 'reset')
    },
    post: (path = '/hooks/registry', headers: Record<string, string> = {}, body: string = JSON.stringify(envelope())) =>
      fetch(`${server.address}${path}`, {
        method: 'POST',
        body,
        headers: { authorization: `Bearer ${word}`, ...headers },
      }),
    close: () => server.close(),
  }
}
