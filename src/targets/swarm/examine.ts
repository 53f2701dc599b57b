import { AppError } from '../../errors.ts'
import type { TargetFinding } from '../target.ts'
import type { SwarmDeps } from './swarm-deps.ts'

/** Whether the services of a Swarm can be followed here; nothing where there is none. */
export async function examine(
  { engine }: { readonly engine: Pick<SwarmDeps['engine'], 'listServices'> },
  signal: AbortSignal,
): Promise<readonly TargetFinding[]> {
  try {
    const found = await engine.listServices(signal)
    if (found === 'no-swarm') return []
    if (found === 'worker') {
      const sentence = 'it is a worker of a Swarm, whose services only a manager tells'
      return [
        { isFault: false, sentence, remedy: 'Run longshore on a manager, or name one as a target, to follow them.' },
      ]
    }
    const many = `${found.length} ${found.length === 1 ? 'service' : 'services'}`
    return [{ isFault: false, sentence: `it manages a Swarm with ${many}`, remedy: null }]
  } catch (error) {
    // Who gave no rights to a Swarm has none to be followed.
    if (error instanceof AppError && error.code === 'TARGET_FORBIDDEN') return []
    throw error
  }
}
