import type { AppError } from '../../../errors.ts'
import type { Timing } from '../timing.ts'

/** How long a circuit stays open: the first time, and at most, doubling in between. */
export interface CircuitTimes {
  readonly firstMs: number
  readonly mostMs: number
}

/** One open circuit. */
export interface OpenCircuit {
  /** What opened it. */
  readonly error: AppError
  /** Milliseconds since 1970, for people. */
  readonly until: number
}

/**
 * Whether somebody may try before the time is over. `once`: alone, and not where the last refusal is so fresh that
 * nobody can have done anything about it.
 */
export type Force = 'never' | 'once' | 'always'

/**
 * Circuits by key. An open one refuses until its time is over; then one probe goes through, and the others are refused
 * until it has told: it closes the circuit, or opens it for twice as long.
 */
export interface Circuits {
  /** @returns the open circuit that refuses, or null; who forces it goes through as a probe before the time is over */
  enter(key: string, force: Force): OpenCircuit | null
  /** @returns whether it was closed until now: worth telling once */
  open(key: string, error: AppError): boolean
  /** @returns whether it was open until now */
  close(key: string): boolean
  /** The probe ended without telling anything. */
  release(key: string): void
  /** Those that refuse now. */
  standing(): readonly (OpenCircuit & { readonly key: string; readonly isProbing: boolean })[]
}

interface Held extends OpenCircuit {
  readonly forMs: number
  /** On the clock that nobody sets. */
  readonly openUntil: number
  readonly triedAt: number
  isProbing: boolean
}

/** Less than it takes to put a password right. */
const freshMs = 10_000
/** Beyond it the circuit that was opened first is forgotten. */
const circuitsMax = 10_000

/** All closed. */
export function createCircuits(timing: Pick<Timing, 'now' | 'wallNow'>, { firstMs, mostMs }: CircuitTimes): Circuits {
  const held = new Map<string, Held>()
  return {
    enter(key, force) {
      const circuit = held.get(key)
      if (!circuit) return null
      if (circuit.isProbing) return force === 'always' ? null : circuit
      if (timing.now() < openTo(circuit, force)) return circuit
      circuit.isProbing = true
      return null
    },
    open(key, error) {
      const before = held.get(key)
      // What was under way when it opened tells nothing new.
      if (before && !before.isProbing) return false
      const leftMs = before ? before.openUntil - timing.now() : 0
      // A probe that was forced before the time was over neither doubles nor shortens it.
      const forMs = before ? (leftMs > 0 ? before.forMs : Math.min(before.forMs * 2, mostMs)) : firstMs
      const waitMs = leftMs > 0 ? leftMs : forMs
      held.delete(key)
      held.set(key, {
        error,
        forMs,
        openUntil: timing.now() + waitMs,
        triedAt: timing.now(),
        until: timing.wallNow() + waitMs,
        isProbing: false,
      })
      const [oldest] = held.keys()
      if (held.size > circuitsMax && oldest !== undefined) held.delete(oldest)
      return before === undefined
    },
    close: (key) => held.delete(key),
    release(key) {
      const circuit = held.get(key)
      if (circuit) circuit.isProbing = false
    },
    standing: () =>
      [...held]
        .filter(([, { isProbing, openUntil }]) => isProbing || timing.now() < openUntil)
        .map(([key, { error, until, isProbing }]) => ({ key, error, until, isProbing })),
  }
}

function openTo({ openUntil, triedAt }: Held, force: Force): number {
  if (force === 'never') return openUntil
  return force === 'once' ? Math.min(triedAt + freshMs, openUntil) : -Infinity
}
