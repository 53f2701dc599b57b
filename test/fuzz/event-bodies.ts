import { Socket } from 'node:net'
import { AppError } from '../../src/errors.ts'
import type { EventRequest, EventSource } from '../../src/events/event-source.ts'
import { secret } from '../../src/lib/secret.ts'
import { requestBy, shopWeb, word, type Sender } from '../fakes/senders/sender.ts'
import { senders, startOutside } from '../fakes/senders/senders.ts'
import { confirmation } from '../fakes/senders/sns.ts'
import { bytesMax, enlarge } from './enlarge.ts'
import { createChance, mutate, mutateBytes } from './mutate.ts'

/** What came of it. */
export interface FuzzReport {
  readonly bodies: number
  /** Of those, bodies near the size that is let through at most, or as deep as that allows. */
  readonly large: number
  readonly largestBytes: number
  /** Bodies of which something was read. */
  readonly told: number
  /** Of bodies that somebody who knows the secret would have been let in with. */
  readonly verified: number
  /** What one of them took of the processor at most, however busy the machine is. */
  readonly slowestMs: number
  readonly sockets: number
  /** Addresses that a source asked for although its kind never may. */
  readonly strayed: readonly string[]
}

interface FuzzOptions {
  readonly seed: number
  /** Of all senders together. */
  readonly bodies: number
  readonly until?: number
  readonly now?: () => number
}

/** Each takes as long as thousands of the others. */
const largeOneIn = 1_000

/** All that `verify`, `greet` and `parse` of one kind are given. */
interface Subject {
  readonly sender: Sender
  readonly source: EventSource
  readonly asked: string[]
  readonly seeds: readonly EventRequest[]
  /** How many of them, at the beginning, tell of an image. */
  readonly pushes: number
}

/**
 * Sends changed bodies to every source in turn, as somebody who knows the secret.
 * @throws what a source throws, or an error naming seed and body where one tells of another registry
 */
export async function fuzzEventBodies({
  seed,
  bodies,
  until = Infinity,
  now = Date.now,
}: FuzzOptions): Promise<FuzzReport> {
  const chance = createChance(seed)
  const subjects = senders.map(subjectOf)
  const all = subjects.flatMap(({ seeds }) => seeds.map(({ body }) => body))
  const report = { bodies: 0, large: 0, largestBytes: 0, told: 0, verified: 0, slowestMs: 0 }
  const sockets = watchSockets()
  try {
    while (report.bodies < bodies && now() < until) {
      const subject = subjects[report.bodies % subjects.length] ?? fail('no senders')
      // The pushes come first, and are few among all that says nothing.
      const among = chance(2) === 0 ? subject.pushes : subject.seeds.length
      const from = subject.seeds[chance(among)] ?? fail('no seeds')
      const isLarge = chance(largeOneIn) === 0
      const body = isLarge ? large(from.body, all, chance) : mutate(from.body, all, chance)
      const request = { ...from, body }
      if (isLarge) report.large += 1
      report.largestBytes = Math.max(report.largestBytes, body.length)
      const before = process.threadCpuUsage()
      const outcome = await run(subject, request, seed)
      const { user, system } = process.threadCpuUsage(before)
      report.slowestMs = Math.max(report.slowestMs, (user + system) / 1000)
      report.bodies += 1
      if (outcome.isVerified) report.verified += 1
      if (outcome.told > 0) report.told += 1
    }
  } finally {
    sockets.stop()
  }
  const strayed = subjects.flatMap(({ sender, asked }) =>
    asked.filter((url) => !sender.asks.some((allowed) => allowed.test(url))),
  )
  return { ...report, sockets: sockets.count(), strayed }
}

/** Some of them whole: what no change has broken goes deepest into a parser. */
function large(from: Uint8Array, others: readonly Uint8Array[], chance: ReturnType<typeof createChance>): Uint8Array {
  const grown = enlarge(from, chance)
  return chance(2) === 0 ? grown : mutateBytes(grown, others, chance).subarray(0, bytesMax)
}

function subjectOf(sender: Sender): Subject {
  const { fetch, asked } = startOutside()
  const bodies = [
    sender.push(shopWeb),
    ...(sender.gone === null ? [] : [sender.gone(shopWeb)]),
    ...Object.values(sender.quiet),
    ...(sender.kind === 'ecr' ? [confirmation()] : []),
  ]
  const headers = sender.pushHeaders?.() ?? {}
  const seeds = bodies.flatMap((body) => sender.ways.map((way) => requestBy(way, body, word, headers)))
  // Read in other words by some: the attributes of a CloudEvent as headers, a form, a question for a code.
  const others = {
    'ce-type': ['zotregistry.image.updated'],
    'content-type': ['application/x-www-form-urlencoded'],
    'aeg-event-type': ['SubscriptionValidation'],
  }
  const differently = seeds.map((each) => ({ ...each, headers: { ...each.headers, ...others } }))
  return { sender, source: sender.open(fetch), asked, seeds: [...seeds, ...differently], pushes: sender.ways.length }
}

async function run({ sender, source }: Subject, request: EventRequest, seed: number) {
  const verify = async () => source.verify(request, secret(word))
  const isVerified = await verify().catch(unverifiable)
  // Also of those that are not let in: a parser must not depend on that.
  await source.greet?.(request).catch(unverifiable)
  const events = source.parse(request)
  const strange = events?.find(({ image }) => image.registry !== sender.registry || image.repository === '')
  if (strange !== undefined) fail(`seed ${seed}: ${sender.kind} told of ${JSON.stringify(strange)}`)
  return { isVerified, told: events?.length ?? 0 }
}

/** What a source may say instead of an answer: another certificate was named, and nothing lies there. */
function unverifiable(error: unknown): false {
  if (error instanceof AppError && error.code === 'EVENT_UNVERIFIABLE') return false
  throw error
}

/** Counts connections that anybody in this process opens. */
function watchSockets() {
  const original = Socket.prototype.connect
  let count = 0
  Socket.prototype.connect = function connect(this: Socket, ...given: unknown[]) {
    count += 1
    return Reflect.apply(original, this, given)
  } as typeof original // takes whatever the original takes
  return {
    count: () => count,
    stop: () => {
      Socket.prototype.connect = original
    },
  }
}

function fail(why: string): never {
  throw new Error(why)
}
