import { AppError } from '../../../errors.ts'
import { isTransient } from '../failure.ts'
import type { Timing } from '../timing.ts'
import { createCircuits } from './circuit.ts'
import type { Circuits, Force, OpenCircuit } from './circuit.ts'
import type { Urgency } from './urgency.ts'

/** One asking, as far as it matters for whether it is worth while. */
export interface Asking {
  readonly registry: string
  readonly repository: string
  /** Tells credentials apart, a changed password included; empty for strangers. */
  readonly credential: string
  /** For people. */
  readonly account: string
  readonly urgency: Urgency
  readonly subject: string
  /** Whether another place can be asked instead. */
  readonly isMirror: boolean
}

/** Trouble with a registry, told once when it begins and once when it ends. */
export type Trouble = 'credential-refused' | 'repository-refused' | 'unavailable' | 'damaged'

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
  /** Registries of which three answers in a row were damaged, and none has been whole since. */
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

type Key = Pick<Asking, 'registry' | 'repository' | 'credential' | 'account'>

/**
 * Circuits per credential (refused as such), per repository (credential without rights, or nothing there) and per
 * registry and credential (not reachable). What a person or a rollout wants may try the latter two at any time, and a
 * person, by hand, the first one once.
 */
export function createBreakers(timing: Timing, tell: (news: TroubleNews) => void = () => {}): Breakers {
  const refused = createCircuits(timing, refusedTimes)
  const forbidden = createCircuits(timing, refusedTimes)
  const unavailable = createCircuits(timing, unavailableTimes)
  const failures = new Map<string, Map<string, number>>()
  const damaged = new Map<string, number>()

  const news = (kind: Trouble, { registry, account }: Key, error: AppError | null): void =>
    tell({ kind, registry, account, error })
  const open = (kind: Trouble, circuits: Circuits, key: string, asking: Asking, error: AppError): void => {
    if (circuits.open(key, error)) news(kind, asking, error)
  }
  const close = (kind: Trouble, circuits: Circuits, key: string, asking: Asking): void => {
    if (circuits.close(key)) news(kind, asking, null)
  }
  const countFailure = (asking: Asking, error: AppError): void => {
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
    const count = (damaged.get(asking.registry) ?? 0) + 1
    damaged.set(asking.registry, count)
    if (count === damagedMax) news('damaged', asking, error)
  }
  const succeed = (asking: Asking): void => {
    close('repository-refused', forbidden, repositoryOf(asking), asking)
    if ((damaged.get(asking.registry) ?? 0) >= damagedMax) news('damaged', asking, null)
    damaged.delete(asking.registry)
  }
  /** The registry is there and the credential is good, whatever else it said. */
  const hear = (asking: Asking): void => {
    failures.delete(hostOf(asking))
    close('unavailable', unavailable, hostOf(asking), asking)
  }
  const fail = (asking: Asking, error: unknown): void => {
    if (!(error instanceof AppError) || saysNothing.has(error.code)) return
    if (isTransient(error)) return countFailure(asking, error)
    hear(asking)
    if (error.code === 'REGISTRY_INTEGRITY') return countDamaged(asking, error)
    if (error.code === 'REGISTRY_UNAUTHORIZED' && asking.credential !== '') {
      return open('credential-refused', refused, placeOf(asking), asking, error)
    }
    if (!provesCredential.has(error.code)) return
    close('credential-refused', refused, placeOf(asking), asking)
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
        close('credential-refused', refused, placeOf(asking), asking)
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
    suspicious: () => [...damaged].flatMap(([registry, count]) => (count >= damagedMax ? [registry] : [])),
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
  'REGISTRY_REFUSED',
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

const separator = '\n'

/** Whatever the password: some are made anew every minute. */
function hostOf({ registry, account }: Key): string {
  return [registry, account].join(separator)
}

function placeOf({ registry, credential, account }: Key): string {
  return [registry, account, credential].join(separator)
}

function repositoryOf(key: Key): string {
  return [placeOf(key), key.repository].join(separator)
}

function listed(kind: CircuitStanding['kind'], circuits: Circuits): readonly CircuitStanding[] {
  return circuits.standing().map(({ key, error, until }) => {
    const [registry = '', account = '', _credential, repository = null] = key.split(separator)
    return { kind, registry, repository, account, code: error.code, until }
  })
}
