import { randomUUID } from 'node:crypto'
import { AppError } from '../../errors.ts'
import type { Call } from './call.ts'
import { engineRights, type EngineRight } from './engine-rights.ts'
import type { EngineRequest } from './exchange.ts'

/** What is asked of the engine about our own standing there. */
export interface RightCalls {
  /**
   * The requests that do not get through, as the errors that name what is missing. Each is made about something that does
   * not exist, or so that the engine refuses it: nothing changes.
   *
   * @param rights every one that we can make ourselves unless told otherwise
   * @throws TARGET_UNAVAILABLE and what else keeps us from asking
   */
  missingRights(signal: AbortSignal, rights?: readonly EngineRight[]): Promise<readonly AppError[]>
}

export function rightCalls(call: Call): RightCalls {
  return {
    async missingRights(signal, rights = engineRights) {
      const nobody = `longshore-${randomUUID()}`
      const missing: AppError[] = []
      // One after the other: they are told in the same order every time.
      for (const right of rights) {
        try {
          const answer = await call.open(harmless(right, nobody), signal)
          answer.destroy()
        } catch (error) {
          if (!(error instanceof AppError)) throw error
          if (error.code === 'TARGET_FORBIDDEN') missing.push(error)
          if (error.code === 'TARGET_UNAVAILABLE' || error.code === 'ABORTED') throw error
          // Any other is the engine's own word on what does not exist.
        }
      }
      return missing
    },
  }
}

/** The request about nobody, and without what the engine needs to do anything. */
function harmless({ method, path }: EngineRight, nobody: string): EngineRequest {
  const request = { method, path: path.replace('{id}', nobody).replace('{image}', nobody), limitMs: 30_000 }
  switch (`${method} ${path}`) {
    case 'GET /events':
      return { ...request, query: { since: '1', until: '1' } }
    case 'GET /containers/json':
      return { ...request, query: { limit: '1' } }
    case 'POST /containers/create':
      return { ...request, query: { name: nobody }, body: {} }
    case 'POST /images/create':
      // No reference can begin like this.
      return { ...request, query: { fromImage: `:${nobody}` } }
    case 'POST /images/{image}/tag':
      return { ...request, query: { repo: nobody, tag: 'none' } }
    case 'HEAD /containers/{id}/archive':
    case 'PUT /containers/{id}/archive':
      return { ...request, query: { path: '/' } }
    default:
      return method === 'POST' ? { ...request, body: {} } : request
  }
}
