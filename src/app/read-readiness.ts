import { toAppError } from '../errors.ts'
import type { Reason } from '../rollout/facts.ts'
import type { App } from './app.ts'

/** What keeps this process from rolling out what comes. */
export interface Readiness {
  /** Empty when it is ready. */
  readonly reasons: readonly (Reason & {
    /** `state`, `hold`, or `target <name>`. */
    readonly part: string
  })[]
}

type ReadinessDeps = Pick<App, 'store' | 'overview' | 'clock'>

/** An answer is good for this long: whoever asks more often must not keep the disk busy. */
const freshMs = 5_000

/** Reads how it stands now; the state is tried by writing to it, and targets stand as they were last seen. */
export function createReadiness(app: ReadinessDeps): () => Promise<Readiness> {
  let latest: Promise<Readiness> | null = null
  let readAt = -Infinity
  return () => {
    if (latest === null || app.clock.elapsed() - readAt >= freshMs) {
      readAt = app.clock.elapsed()
      latest = read(app)
    }
    return latest
  }
}

async function read({ store, overview }: ReadinessDeps): Promise<Readiness> {
  const state = await store
    .checkWritable()
    .then(() => store.hold())
    .then(
      (hold) => (hold === null ? [] : [{ part: 'hold', ...hold.reason }]),
      (error: unknown) => [{ part: 'state', code: toAppError(error).code, sentence: 'the state cannot be written' }],
    )
  const targets = overview
    .targets()
    .flatMap(({ name, trouble }) => (trouble === null ? [] : [{ part: `target ${name}`, ...trouble }]))
  return { reasons: [...state, ...targets.filter(isFirst)] }
}

/** What runs workloads of several kinds on one engine is away for all of them at once. */
const isFirst = (reason: Reason & { readonly part: string }, at: number, all: readonly (typeof reason)[]): boolean =>
  all.findIndex(({ part, code }) => part === reason.part && code === reason.code) === at
