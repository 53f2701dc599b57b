import { toAppError } from '../../errors.ts'
import type { Reason } from '../../rollout/facts.ts'
import type { App } from '../app.ts'
import { createTargetQuestions, type AskedTarget } from '../passes/ask-targets.ts'

/** What keeps this process from rolling out what comes. */
export interface Readiness {
  /** Empty when it is ready. */
  readonly reasons: readonly Impediment[]
}

interface Impediment extends Reason {
  /** `state`, `hold`, or `target <name>`. */
  readonly part: string
}

interface ReadinessDeps extends Pick<App, 'store' | 'overview' | 'clock'> {
  readonly targets: readonly AskedTarget[]
}

/** What the state answered is good for this long: whoever asks more often must not keep the disk busy. */
const freshMs = 5_000

/**
 * Reads how it stands now: the state is tried by writing to it, and targets are asked, beside what the loops saw of them
 * last. Returns after some seconds at the latest, whatever does not answer.
 */
export function createReadiness(app: ReadinessDeps): () => Promise<Readiness> {
  const silentTargets = createTargetQuestions(app.targets, app.clock)
  let latest: Promise<readonly Impediment[]> | null = null
  let readAt = -Infinity
  const state = () => {
    if (latest === null || app.clock.elapsed() - readAt >= freshMs) {
      readAt = app.clock.elapsed()
      latest = readState(app)
    }
    return latest
  }
  return async () => {
    const [own, silent] = await Promise.all([state(), silentTargets()])
    const seen = app.overview.targets().flatMap(({ name, trouble }) => impediment(name, trouble))
    const asked = silent.flatMap(({ target, reason }) => impediment(target, reason))
    return { reasons: [...own, ...[...seen, ...asked].filter(isFirst)] }
  }
}

async function readState({ store }: ReadinessDeps): Promise<readonly Impediment[]> {
  try {
    await store.checkWritable()
    const hold = await store.hold()
    return hold === null ? [] : [{ part: 'hold', ...hold.reason }]
  } catch (error) {
    return [{ part: 'state', code: toAppError(error).code, sentence: 'the state cannot be written' }]
  }
}

const impediment = (target: string, reason: Reason | null): readonly Impediment[] =>
  reason === null ? [] : [{ part: `target ${target}`, ...reason }]

/** What runs workloads of several kinds on one engine is away for all of them at once, and for whoever asks it. */
const isFirst = (reason: Impediment, at: number, all: readonly Impediment[]): boolean =>
  all.findIndex(({ part, code }) => part === reason.part && code === reason.code) === at
