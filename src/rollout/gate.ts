import type { InstanceFacts, Reason } from './facts.ts'
import type { Probe } from './probe.ts'
import { policyRestarts, type RestartPolicy } from './restart-policy.ts'

/** What the new version has to show before it counts as good (docs/rollouts.md, "The gate"). */
export interface Gate {
  /** With a health check or a probe: healthy this long without a break. */
  readonly stableMs: number
  /** Without one: running this long without a break. */
  readonly minUptimeMs: number
  /** Given up after this long, or after what its health check needs if that is longer. */
  readonly deadlineMs: number
  /** Ends that are forgiven where the user's policy restarts. */
  readonly restartsMax: number
  /** Asked of a new version that has no health check; null for staying up to be enough. */
  readonly probe: Probe | null
}

/** What is remembered between two looks. Times are milliseconds since the epoch, by our clock. */
export interface GateProgress {
  readonly startedAt: number
  /** Since when it has been good without a break; null while it is not. */
  readonly goodSince: number | null
  readonly restarts: number
  /** `startedAt` of the instance at the last look: another value means that it was restarted. */
  readonly instanceStartedAt: string | null
  readonly lookedAt: number
}

export type Verdict =
  | { readonly kind: 'pending'; readonly againMs: number }
  | { readonly kind: 'restart' }
  | { readonly kind: 'passed'; readonly reason: Reason }
  | { readonly kind: 'failed'; readonly reason: Reason }
  /** A person stopped it, or keeps it paused: their decision stands. */
  | { readonly kind: 'stopped-by-hand' }

/**
 * What lies between two looks counts for at most this long: nobody looked (we or the engine were away), or the clock was
 * set. It counts for something, since an engine that takes longer to answer would keep the gate open for good.
 */
const lookGapMaxMs = 5000

/** Longest pause between two looks. */
const lookAgainMs = 500

export function startGate(now: number, instanceStartedAt: string | null): GateProgress {
  return { startedAt: now, goodSince: null, restarts: 0, instanceStartedAt, lookedAt: now }
}

/** Judges one look at the new version. Pure: the same look at the same time gives the same verdict. */
export function judge(
  gate: Gate,
  before: GateProgress,
  instance: InstanceFacts,
  restart: RestartPolicy,
  now: number,
): { readonly progress: GateProgress; readonly verdict: Verdict } {
  const seen = withoutGap(before, now)
  const progress = {
    ...seen,
    goodSince: goodSince(seen, instance, now),
    instanceStartedAt: instance.startedAt,
    lookedAt: now,
  }
  if (instance.status === 'exited' || instance.status === 'dead') return judgeEnd(gate, progress, instance, restart)
  // Of an instance that ended and waits for its restart the engine says unhealthy, though nothing was checked.
  const isUnhealthy = instance.health === 'unhealthy' && instance.status !== 'restarting'
  if (isUnhealthy) return { progress, verdict: failed('GATE_UNHEALTHY', 'its health check failed') }

  const isWeak = instance.health === 'none'
  const neededMs = isWeak ? gate.minUptimeMs : gate.stableMs
  const goodMs = progress.goodSince === null ? -1 : now - progress.goodSince
  if (goodMs >= neededMs) return { progress, verdict: passed(instance, neededMs) }

  const leftMs = progress.startedAt + deadlineMs(gate, instance) - now
  // A short pause, as for a backup, is no word on the rollout; one that lasts keeps it from showing anything.
  if (leftMs <= 0 && instance.status === 'paused') return { progress, verdict: { kind: 'stopped-by-hand' } }
  if (leftMs <= 0) return { progress, verdict: failed('GATE_DEADLINE', lateSentence(gate, instance)) }
  const untilGoodMs = goodMs < 0 ? lookAgainMs : neededMs - goodMs
  return {
    progress,
    verdict: { kind: 'pending', againMs: Math.max(1, Math.min(lookAgainMs, leftMs, untilGoodMs)) },
  }
}

/** When a gate is over at the latest, in milliseconds since its start, whatever its health check needs. */
export const latestVerdictMs = ({ deadlineMs: ms, minUptimeMs, stableMs }: Gate): number =>
  Math.max(ms, minUptimeMs, stableMs)

/** A gate can only be passed if its deadline leaves room for what it asks. */
function deadlineMs(gate: Gate, instance: InstanceFacts): number {
  const neededMs = instance.health === 'none' ? gate.minUptimeMs : instance.healthBudgetMs + gate.stableMs
  return Math.max(gate.deadlineMs, neededMs)
}

function withoutGap(progress: GateProgress, now: number): GateProgress {
  const gapMs = now - progress.lookedAt
  const lostMs = gapMs < 0 ? gapMs : Math.max(0, gapMs - lookGapMaxMs)
  return {
    ...progress,
    startedAt: progress.startedAt + lostMs,
    goodSince: progress.goodSince === null ? null : progress.goodSince + lostMs,
  }
}

function goodSince(progress: GateProgress, instance: InstanceFacts, now: number): number | null {
  const isGood = instance.status === 'running' && (instance.health === 'healthy' || instance.health === 'none')
  if (!isGood) return null
  const isSameRun = progress.instanceStartedAt === instance.startedAt
  return isSameRun ? (progress.goodSince ?? now) : now
}

function judgeEnd(gate: Gate, progress: GateProgress, instance: InstanceFacts, restart: RestartPolicy) {
  if (instance.stoppedByHand) return { progress, verdict: { kind: 'stopped-by-hand' } as const }
  if (policyRestarts(restart, instance.exitCode)) {
    if (progress.restarts < gate.restartsMax) {
      return {
        progress: { ...progress, restarts: progress.restarts + 1 },
        verdict: { kind: 'restart' } as const,
      }
    }
    const times = progress.restarts + 1
    const sentence = `it ended ${times} ${times === 1 ? 'time' : 'times'}, last with exit code ${instance.exitCode}`
    return { progress, verdict: failed('GATE_EXITED', sentence) }
  }
  if (instance.exitCode === 0) {
    const reason = { code: 'GATE_COMPLETED', sentence: 'it ran to its end with exit code 0' }
    return { progress, verdict: { kind: 'passed', reason } as const }
  }
  return { progress, verdict: failed('GATE_EXITED', `it ended with exit code ${instance.exitCode}`) }
}

function passed({ health, probe }: InstanceFacts, neededMs: number): Verdict {
  const seconds = neededMs / 1000
  if (health === 'none') {
    const sentence = `it has run for ${seconds} s; it has no health check, so this proof is weak`
    return { kind: 'passed', reason: { code: 'GATE_PASSED_WEAK', sentence } }
  }
  if (probe !== null) {
    const sentence = `its probe has answered for ${seconds} s`
    return { kind: 'passed', reason: { code: 'GATE_PASSED_PROBE', sentence } }
  }
  return { kind: 'passed', reason: { code: 'GATE_PASSED', sentence: `it has been healthy for ${seconds} s` } }
}

function failed(code: string, sentence: string): Verdict {
  return { kind: 'failed', reason: { code, sentence } }
}

function lateSentence(gate: Gate, instance: InstanceFacts): string {
  const within = `long enough within ${deadlineMs(gate, instance) / 1000} s`
  if (instance.probe !== null) return `its probe had not answered ${within}; last: ${instance.probe}`
  return `it had not ${instance.health === 'none' ? 'stayed up' : 'been healthy'} ${within}`
}
