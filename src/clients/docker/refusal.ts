import { AppError } from '../../errors.ts'
import { rightFor } from './engine-rights.ts'
import type { EngineRequest } from './exchange.ts'

/** An answer by which something between us and the engine said no. */
export interface RefusedAnswer {
  readonly status: number
  readonly body: string
  /** The engine's own words, if it has any. */
  readonly message: string
}

/**
 * The error for a request that was let neither through nor done, naming what is missing; null for any other answer.
 * A proxy says so in its own way, with a page or a bare line; a plug-in of the engine through the engine.
 */
export function refusal(
  request: Pick<EngineRequest, 'method' | 'path'>,
  { status, body, message }: RefusedAnswer,
  { subject, address }: { readonly subject: string; readonly address: string },
): AppError | null {
  const isOfEngine = body.trimStart().startsWith('{')
  if (status === 403 && isOfEngine && message.includes('authorization denied')) {
    return new AppError('TARGET_FORBIDDEN', `the engine at ${address} refuses ${subject}: ${message}; allow it there`)
  }
  // 405: some proxies know no path for a method that they do not pass on. The engine answers ours with 404.
  if (isOfEngine || ![401, 403, 405].includes(status)) return null
  const right = rightFor(request.method, request.path)
  const give = right === undefined ? 'allow it there' : `give it ${namesOf(right.variables)}`
  return new AppError('TARGET_FORBIDDEN', `the proxy at ${address} refuses ${subject}: ${give}`)
}

function namesOf(variables: readonly string[]): string {
  const settings = variables.map((each) => `${each}=1`)
  const last = settings.at(-1) ?? ''
  return settings.length < 2 ? last : `${settings.slice(0, -1).join(', ')} and ${last}`
}
