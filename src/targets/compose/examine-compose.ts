import { toAppError } from '../../errors.ts'
import type { TargetFinding } from '../target.ts'
import type { ComposeDeps } from './compose-deps.ts'

/** Which Docker Compose rolls services out here; without one, plain containers are cared for all the same. */
export async function examineCompose({ compose }: Pick<ComposeDeps, 'compose'>): Promise<readonly TargetFinding[]> {
  try {
    const { command, version } = await compose.find()
    return [
      { isFault: false, sentence: `Compose services are rolled out by ${command.join(' ')} ${version}`, remedy: null },
    ]
  } catch (error) {
    const { message, hint } = toAppError(error)
    return [{ isFault: false, sentence: `Compose services are not rolled out: ${message}`, remedy: hint }]
  }
}
