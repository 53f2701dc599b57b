import { createLog } from '../../../src/lib/log.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { keepHeapSmall } from '../../../src/lib/small-heap.ts'
import { secret } from '../../../src/lib/secret.ts'
import { openPublicServer } from '../../../src/api/public-server.ts'
import { createEventChecks } from '../../../src/app/events/check-events.ts'
import { createEventTally } from '../../../src/app/events/event-tally.ts'
import { createNudges } from '../../../src/app/passes/nudges.ts'
import { createOverview } from '../../../src/app/answers/overview.ts'
import { openProvenNetworks } from '../../../src/app/events/proven-networks.ts'
import { createReceiver } from '../../../src/app/events/receive-event.ts'
import { createShowsSecret } from '../../../src/app/events/shown-secret.ts'
import { scanKey } from '../../../src/app/scans/scan-key.ts'
import { eventSources } from '../../../src/events/index.ts'
import { stores } from '../../../src/store/index.ts'
import { answerQuestions } from '../child.ts'

/** Opens the listener over a new state, with so many repositories followed. */
export interface Question {
  readonly stateFolder: string
  readonly repositories: number
  readonly secret: string
}

export interface Answer {
  /** Where events for `repo/<number>:latest` of `registry.example.com` are taken. */
  readonly url: string
}

const registry = 'registry.example.com'

/** The listener, the inbox and the checks as the service has them, without a target behind. */
answerQuestions<Question, Answer>(async ({ stateFolder, repositories, secret: word }) => {
  keepHeapSmall()
  const store = await stores.sqlite({ folder: stateFolder, access: 'owner', now: () => Date.now() })
  const log = createLog('error', 'plain', (line) => void process.stderr.write(line))
  const overview = createOverview()
  const names = Array.from({ length: repositories }, (_, index) => `repo/${index}`)
  const followed = names.map((repository) => ({ registry, repository }))
  overview
    .add('local')
    .sees(followed.map((each) => ({ key: scanKey(each), repository: each, tags: ['latest'], isListed: false })))
  const deps = { store, log, overview, clock: systemClock, nudges: createNudges(), tally: createEventTally() }
  const checks = createEventChecks(deps)
  void checks.run(new AbortController().signal)
  const source = eventSources.generic({ registry })
  const sources = [{ name: 'ci', source, secrets: [secret(word)] }] as const
  const receive = createReceiver({
    ...deps,
    sources,
    onNews: checks.take,
    onDoubt: checks.readAnew,
  })
  const readiness = async () => ({ reasons: [] })
  const readFile = () => Promise.reject(new Error('there is no TLS here'))
  const server = await openPublicServer(
    {
      ...deps,
      receive,
      showsSecret: createShowsSecret(sources),
      proven: await openProvenNetworks(deps),
      readiness,
      late: () => [],
      readFile,
    },
    { host: '127.0.0.1', port: 0 },
  )
  return { url: `${server.address}/hooks/ci` }
})
