import { AppError } from '../../../errors.ts'
import { isTransient } from '../failure.ts'
import type { Timing } from '../timing.ts'
import { answersOf, hostOf, matterOf, placeIn, placeOf, questionOf, repositoryOf } from './asking.ts'
import type { Asking, Key } from './asking.ts'
import { createCircuits } from './circuit.ts'
import type { Circuits, Force, OpenCircuit } from './circuit.ts'

/** Trouble with a registry, told once when it begins and once when it ends. */
export type Trouble = 'credential-refused' | 'repository-refused' | 'unavailable' | 'damaged' | 'hostile'

/** What is told of a registry. */
export interface TroubleNews {
  readonly kind: Trouble
  readonly registry: string
  /** User name; empty for strangers. */
  readonly account: string
  /** Null when it is over. */
  readonly error: AppError | null
}

/** One open circuit, for people. */
export interface CircuitStanding {
  readonly kind: 'credential-refused' | 'repository-refused' | 'unavailable'
  readonly registry: string
  /** Null for all of the registry. */
  readonly repository: string | null
  readonly account: string
  readonly code: AppError['code']
  /** Milliseconds since 1970. */
  readonly until: number
}

/** Asks nobody who would only say no again. */
export interface Breakers {
  /** @throws the error that opened a circuit, without asking, while it is open; else what `work` throws */
  run<T>(asking: Asking, work: () => Promise<T>): Promise<T>
  standing(): readonly CircuitStanding[]
  /** Registries of which three answers in a row were damaged, and none of their kind has been whole since. */
  suspicious(): readonly string[]
}

const minuteMs = 60_000
/** Registries lock accounts out that fail to sign in again and again. */
const refusedTimes = { firstMs: 15 * minuteMs, mostMs: 360 * minuteMs }
/** Shorter: a registry that is being restarted is back soon. */
const unavailableTimes = { firstMs: minuteMs, mostMs: 15 * minuteMs }
/** So many times the same was asked for, with nothing heard of the registry in between. */
const failuresMax = 5
const damagedMax = 3
/** Beyond it nothing more is remembered. */
const hostileMax = 1000
const refusedForMax = 10_000

/**
 * Circuits per credential (refused as such), per repository and its list of tags (credential without rights, or nothing
 * there) and per registry and credential (not reachable). What a person or a rollout wants may try the latter two at any time, and a
 * person, by hand, the first one once.
 */
export function createBreakers(timing: Timing, tell: (news: TroubleNews) => void = () => {}): Breakers {
  const refused = createCircuits(timing, refusedTimes)
  const forbidden = createCircuits(timing, refusedTimes)
  const unavailable = createCircuits(timing, unavailableTimes)
  const failures = new Map<string, Map<string, number>>()
  const damaged = new Map<string, number>()
  /** Who led us, or somebody by our credentials, to where nobody goes; by what was asked for. */
  const hostile = new Set<string>()
  /** The circuits of refused credentials, by what these were refused for last. */
  const refusedFor = new Map<string, string>()

  const news = (kind: Trouble, { registry, account }: Key, error: AppError | null): void =>
    tell({ kind, registry, account, error })
  const open = (kind: Trouble, circuits: Circuits, key: string, asking: Asking, error: AppError): void => {
    if (circuits.open(key, error)) news(kind, asking, error)
  }
  const close = (kind: Trouble, circuits: Circuits, key: string, asking: Asking): void => {
    if (circuits.close(key)) news(kind, asking, null)
  }
  const countFailure = (asking: Asking, error: AppError): void => {
    if (isOwnPause(error)) return
    const key = hostOf(asking)
    const counts = failures.get(key) ?? new Map<string, number>()
    // By what is asked for: ten tags that fail in one poll are one poll.
    const count = (counts.get(asking.subject) ?? 0) + 1
    counts.set(asking.subject, count)
    failures.set(key, counts)
    if (count < (asking.isMirror ? 1 : failuresMax)) return
    open('unavailable', unavailable, key, asking, error)
  }
  const countDamaged = (asking: Asking, error: AppError): void => {
    const count = (damaged.get(answersOf(asking)) ?? 0) + 1
    damaged.set(answersOf(asking), count)
    if (count === damagedMax) news('damaged', asking, error)
  }
  const countHostile = (asking: Asking, error: AppError): void => {
    const key = matterOf(asking)
    if (hostile.has(key) || hostile.size === hostileMax) return
    hostile.add(key)
    news('hostile', asking, error)
  }
  const refuse = (asking: Asking, error: AppError): void => {
    if (refusedFor.size < refusedForMax) refusedFor.set(questionOf(asking), placeOf(asking))
    open('credential-refused', refused, placeOf(asking), asking, error)
  }
  /** What this credential is good for now, another one was refused for before it was replaced. */
  const accept = (asking: Asking): void => {
    close('credential-refused', refused, placeOf(asking), asking)
    const before = refusedFor.get(questionOf(asking))
    if (before === undefined) return
    refusedFor.delete(questionOf(asking))
    close('credential-refused', refused, before, asking)
  }
  const succeed = (asking: Asking): void => {
    close('repository-refused', forbidden, repositoryOf(asking), asking)
    if (hostile.delete(matterOf(asking))) news('hostile', asking, null)
    // Headers alone say nothing of bodies.
    if ((damaged.get(answersOf(asking)) ?? 0) >= damagedMax) news('damaged', asking, null)
    damaged.delete(answersOf(asking))
  }
  /** The registry is there and the credential is good, whatever else it said. */
  const hear = (asking: Asking): void => {
    failures.delete(hostOf(asking))
    close('unavailable', unavailable, hostOf(asking), asking)
  }
  const fail = (asking: Asking, error: unknown): void => {
    if (!(error instanceof AppError)) return
    if (error.code === 'REGISTRY_REFUSED') return countHostile(asking, error)
    if (saysNothing.has(error.code)) return
    if (isTransient(error)) return countFailure(asking, error)
    hear(asking)
    if (error.code === 'REGISTRY_INTEGRITY') return countDamaged(asking, error)
    if (error.code === 'REGISTRY_UNAUTHORIZED' && asking.credential !== '') {
      return refuse(asking, error)
    }
    if (!provesCredential.has(error.code)) return
    accept(asking)
    if (error.code === 'REGISTRY_UNAUTHORIZED' || error.code === 'REGISTRY_FORBIDDEN') {
      return open('repository-refused', forbidden, repositoryOf(asking), asking, error)
    }
    // It was let in there: or a tag that is gone would keep the repository's other tags refused.
    close('repository-refused', forbidden, repositoryOf(asking), asking)
  }

  return {
    async run(asking, work) {
      const force: Force = asking.urgency === 'background' ? 'never' : 'always'
      const gates = [
        // Only a person may force this one: one more failed sign-in may be the one that locks the account.
        [refused, placeOf(asking), asking.urgency === 'by-hand' ? 'once' : 'never'],
        [forbidden, repositoryOf(asking), force],
        [unavailable, hostOf(asking), force],
      ] as const
      const entered: (() => void)[] = []
      try {
        for (const [circuits, key, byForce] of gates) {
          const refusal = circuits.enter(key, byForce)
          if (refusal) throw refusalOf(refusal, asking)
          entered.push(() => circuits.release(key))
        }
        const result = await attempt(work, (error) => fail(asking, error))
        hear(asking)
        accept(asking)
        succeed(asking)
        return result
      } finally {
        for (const release of entered) release()
      }
    },
    standing: () => [
      ...listed('credential-refused', refused),
      ...listed('repository-refused', forbidden),
      ...listed('unavailable', unavailable),
    ],
    suspicious: () => {
      const marked = [...damaged].filter(([, count]) => count >= damagedMax)
      return [...new Set(marked.map(([key]) => placeIn(key).registry))]
    },
  }
}

/** Said by ourselves before anything was sent, or by whoever stopped us. */
const saysNothing: ReadonlySet<string> = new Set([
  'ABORTED',
  'CONFIG_INVALID',
  'CONFIG_NOT_FOUND',
  'CONFIG_UNSAFE',
  'CREDENTIALS_INVALID',
  'REFERENCE_INVALID',
  'REGISTRY_RATE_LIMITED',
  // Whoever answered, it was not the registry as far as we know.
  'REGISTRY_TLS_FAILED',
  'REGISTRY_UNTRUSTED',
])

/** What a registry says only to whom it lets in, and the refusal of strangers. */
const provesCredential: ReadonlySet<string> = new Set([
  'MANIFEST_INVALID',
  'REGISTRY_BLOCKED',
  'REGISTRY_FORBIDDEN',
  'REGISTRY_NOT_FOUND',
  'REGISTRY_REPOSITORY_UNKNOWN',
  'REGISTRY_TOO_LARGE',
  'REGISTRY_UNAUTHORIZED',
])

async function attempt<T>(work: () => Promise<T>, fail: (error: unknown) => void): Promise<T> {
  try {
    return await work()
  } catch (error) {
    fail(error)
    throw error
  }
}

/** Worded the same for as long as it is open, so that nobody is told twice. */
function refusalOf({ error, until }: OpenCircuit, { subject }: Asking): AppError {
  const time = new Date(until).toISOString().slice(0, 16).replace('T', ' ')
  return new AppError(error.code, `${error.message}; ${subject} is asked for again after ${time} UTC`, { cause: error })
}

/** A host that asked for a pause was asked for nothing during it: that is no further failure of it. */
const isOwnPause = ({ retryAfterMs, cause }: AppError): boolean => retryAfterMs !== undefined && cause === undefined

function listed(kind: CircuitStanding['kind'], circuits: Circuits): readonly CircuitStanding[] {
  return circuits.standing().map(({ key, error, until }) => ({ kind, ...placeIn(key), code: error.code, until }))
}
