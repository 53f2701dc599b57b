import type { Target, Workload } from '../../targets/target.ts'
import type { App } from '../app.ts'
import { readSettings } from '../workloads/workload-settings.ts'
import { dependantsOf } from './busy-set.ts'

type Looking = Pick<App, 'store' | 'targets' | 'rules' | 'defaults' | 'watchMode'>

/**
 * Workloads that nobody watches, and that live in what somebody does: they are made again with it, so they follow it too
 * where a person restarted it or made it anew. Told are those that have to follow now, or had to at some time.
 *
 * @param unwatched of one target, without those whose owner says that they are to be left alone
 * @param all of that target
 * @returns the id of the nearest that is watched, by their own
 */
export async function unwatchedMembers(
  app: Looking,
  target: Target,
  unwatched: readonly Workload[],
  all: readonly Workload[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  // Most use no other, and then nobody has to be asked.
  const using = unwatched.filter((each) => providersOf(each).length > 0)
  if (using.length === 0) return new Map()
  const known = new Set(await app.store.workloadIds())
  const underWay = (await app.store.openRollouts()).filter(({ stage }) => stage !== 'kept')
  // Those that a rollout is making again are its own matter.
  const beingMade = new Set(underWay.flatMap((each) => dependantsOf(each)))
  const asking = using.filter(({ id, follows }) => (follows != null || known.has(id)) && !beingMade.has(id))
  if (asking.length === 0) return new Map()
  const others = app.targets.filter((each) => each !== target && each.name === target.name)
  const looks = await Promise.all(others.map((each) => each.listWorkloads(signal).catch(() => [])))
  const near = new Map([...all, ...looks.flat()].map((each) => [each.id, each]))
  return new Map(
    asking.flatMap((each) => {
      const watched = nearestWatched(app, each, near)
      return watched === null ? [] : [[each.id, watched] as const]
    }),
  )
}

function nearestWatched(app: Looking, from: Workload, near: ReadonlyMap<string, Workload>): string | null {
  const seen = new Set([from.id])
  const waiting = [...providersOf(from)]
  for (const id of waiting) {
    const provider = near.get(id)
    if (provider === undefined || seen.has(id)) continue
    seen.add(id)
    const { watch, settings } = readSettings(provider, app.rules(), app.defaults, app.watchMode)
    if (watch) return settings.mode === 'auto' ? id : null
    waiting.push(...providersOf(provider))
  }
  return null
}

/** A container that is gone is among those that it uses by its name alone. */
const providersOf = ({ target, after, follows }: Workload): readonly string[] =>
  follows == null ? after : [...after, `${target}/container/${follows.provider}`]
