import { readFileSync } from 'node:fs'
import { createOverview } from '../../../src/app/answers/overview.ts'
import { createEventChecks } from '../../../src/app/events/check-events.ts'
import { createEventTally } from '../../../src/app/events/event-tally.ts'
import { openProvenNetworks } from '../../../src/app/events/proven-networks.ts'
import { createReceiver } from '../../../src/app/events/receive-event.ts'
import { createShowsSecret } from '../../../src/app/events/shown-secret.ts'
import type { Nudges } from '../../../src/app/passes/nudges.ts'
import { scanKey } from '../../../src/app/scans/scan-key.ts'
import { openPublicServer } from '../../../src/api/public-server.ts'
import { eventSources } from '../../../src/events/index.ts'
import { systemClock } from '../../../src/lib/clock.ts'
import { createLog } from '../../../src/lib/log.ts'
import { secret } from '../../../src/lib/secret.ts'
import { keepHeapSmall } from '../../../src/lib/small-heap.ts'
import { answerQuestions } from '../child.ts'
import { registry, sourceName } from './pushes.ts'
import { openState, type StatePlace } from './state.ts'

export type Question =
  /** Opens the listener over a state, with so many repositories followed, by their numbers. */
  | {
      readonly kind: 'open'
      readonly state: StatePlace
      readonly repositories: number
      readonly firstRepository?: number
      readonly secret: string
    }
  /** What came of it so far. */
  | { readonly kind: 'report' }
  /** The same after backups of the state, one after the other. */
  | { readonly kind: 'back-up'; readonly times: number }

export interface Answer {
  /** Where events are taken. */
  readonly url: string
  readonly rssMiB: number
  readonly peakMiB: number
  /** Looks at registries that were asked for. */
  readonly looks: number
  /** Most of them for one repository. */
  readonly looksOfOne: number
  /** Shortest time between two looks at one repository; infinite, which JSON has not, is null. */
  readonly shortestGapMs: number | null
  readonly runningMs: number
  /** Lines of the log. */
  readonly lines: number
}

const times = new Map<string, { last: number; count: number }>()
let shortestGapMs: number | null = null
let looks = 0
let lines = 0
let url = ''
let beganAt = 0
let backUp: () => Promise<unknown> = async () => null

/** Counts the looks in the place of those who would do them. */
const nudges: Pick<Nudges, 'send'> = {
  send(nudge) {
    if (nudge.kind !== 'scan') return
    const key = scanKey(nudge.repository)
    const known = times.get(key)
    if (known !== undefined) shortestGapMs = Math.min(shortestGapMs ?? Infinity, nudge.at - known.last)
    times.set(key, { last: nudge.at, count: (known?.count ?? 0) + 1 })
    looks += 1
  },
}

/** The listener, the inbox and the checks as the service has them, without a target behind. */
async function open({
  state,
  repositories,
  firstRepository = 0,
  secret: word,
}: Extract<Question, { kind: 'open' }>): Promise<void> {
  keepHeapSmall()
  const store = await openState(state)
  backUp = async () => store.backups?.take()
  const log = createLog('warn', 'plain', () => void (lines += 1))
  const overview = createOverview()
  const names = Array.from({ length: repositories }, (_, index) => `repo/${firstRepository + index}`)
  const followed = names.map((repository) => ({ registry, repository }))
  overview
    .add('local')
    .sees(followed.map((each) => ({ key: scanKey(each), repository: each, tags: ['latest'], isListed: false })))
  const deps = { store, log, overview, clock: systemClock, nudges, tally: createEventTally() }
  const checks = createEventChecks(deps)
  void checks.run(new AbortController().signal)
  const source = eventSources.distribution({ registry })
  const sources = [{ name: sourceName, source, secrets: [secret(word)] }] as const
  const receive = createReceiver({ ...deps, sources, onNews: checks.take, onDoubt: checks.readAnew })
  const more = {
    showsSecret: createShowsSecret(sources),
    proven: await openProvenNetworks(deps),
    readiness: async () => ({ reasons: [] }),
    late: () => [],
  }
  const readFile = () => Promise.reject(new Error('there is no TLS here'))
  const server = await openPublicServer({ ...deps, ...more, receive, readFile }, { host: '127.0.0.1', port: 0 })
  url = `${server.address}/hooks/${sourceName}`
  beganAt = performance.now()
}

answerQuestions<Question, Answer>(async (question) => {
  if (question.kind === 'open') await open(question)
  if (question.kind === 'back-up') for (let taken = 0; taken < question.times; taken += 1) await backUp()
  const looksOfOne = Math.max(0, ...[...times.values()].map(({ count }) => count))
  const memory = { rssMiB: process.memoryUsage().rss / 1024 / 1024, peakMiB: peakKiB() / 1024 }
  return { url, ...memory, looks, looksOfOne, shortestGapMs, runningMs: performance.now() - beganAt, lines }
})

/** The kernel's own count of this program; `resourceUsage` would include the process that started it. */
const peakKiB = (): number => Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0)
