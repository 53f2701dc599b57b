import type { Target } from '../../targets/target.ts'
import type { App } from '../app.ts'

/** Tells what answers at a target and what it cannot do, in the log and, for `longshore status`, in the state. */
export async function noteEngine(
  { store, log }: Pick<App, 'store' | 'log'>,
  target: Target,
  stop: AbortSignal,
): Promise<void> {
  const note = await target.describe?.(stop)
  if (note === undefined) return
  const { engine, limits } = note
  log[limits.length > 0 ? 'warn' : 'info']({ target: target.name, engine }, [`this is ${engine}`, ...limits].join('; '))
  const known = (await store.engineNotes()).find((each) => each.target === target.name)
  const isSame = known?.engine === engine && known.limits.join('\n') === limits.join('\n')
  if (!isSame) await store.saveEngineNote({ target: target.name, engine, limits })
}
