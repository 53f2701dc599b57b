import type { TargetFinding } from '../target.ts'
import type { EngineDeps } from './engine-deps.ts'
import { describeEngine } from './engine-support.ts'

/** Which engine it is, what it cannot do for us, and which requests somebody between us and it does not let through. */
export async function examineEngine(
  deps: Pick<EngineDeps, 'engine'>,
  signal: AbortSignal,
): Promise<readonly TargetFinding[]> {
  const { engine, limits } = await describeEngine(deps, signal)
  const missing = await deps.engine.missingRights(signal)
  return [
    { isFault: false, sentence: `${engine} answers at ${deps.engine.address}`, remedy: null },
    ...limits.map((sentence) => ({
      isFault: false,
      sentence,
      remedy: 'docs/targets/docker.md tells what works there.',
    })),
    ...missing.map(({ message, hint }) => ({ isFault: true, sentence: message, remedy: hint })),
  ]
}
