import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import { AppError } from '../../errors.ts'
import { readLogTail } from '../engine/log-tail.ts'
import type { DockerDeps } from './docker-deps.ts'

/** More instances at a time than any engine has rollouts of. */
const keptMax = 20

/** Keeps what an instance that removes itself has printed so far: its log goes with it. */
export async function keepLastWords(
  deps: Pick<DockerDeps, 'engine' | 'lastWords'>,
  { Id, State }: ContainerInspect,
  signal: AbortSignal,
): Promise<void> {
  if (!State.Running) return
  try {
    deps.lastWords.set(Id, await readLogTail(deps, Id, signal))
  } catch (error) {
    // It may be gone by now, and its log is no part of what is decided.
    if (!(error instanceof AppError)) throw error
  }
  for (const id of [...deps.lastWords.keys()].slice(0, -keptMax)) deps.lastWords.delete(id)
}

/** The last lines that an instance printed, or had printed when it was last seen. */
export async function readLastWords(
  deps: Pick<DockerDeps, 'engine' | 'lastWords'>,
  instance: string,
  signal: AbortSignal,
): Promise<string> {
  try {
    return await readLogTail(deps, instance, signal)
  } catch (error) {
    const kept = deps.lastWords.get(instance)
    if (kept === undefined) throw error
    return kept
  }
}
