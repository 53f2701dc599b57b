import { AppError } from '../../errors.ts'
import { tailReadBytesMax } from '../../lib/printed-tail.ts'
import { withoutEnvironment } from '../engine/log-tail.ts'
import type { SwarmDeps } from './swarm-deps.ts'

const linesMax = 100

/** The last lines that a task printed, on whichever node it ran, without the values of its environment. */
export async function readTaskWords(
  { engine }: Pick<SwarmDeps, 'engine'>,
  id: string,
  signal: AbortSignal,
): Promise<string> {
  const task = await engine.inspectTask(id, signal)
  if (task === null) throw new AppError('TARGET_NOT_FOUND', 'the task is gone')
  const text = await engine.taskLogTail(id, task.isTerminal, linesMax, tailReadBytesMax, signal)
  return withoutEnvironment(text, task.environment, Buffer.byteLength(text) >= tailReadBytesMax - cutCharacterMax)
}

/** Bytes of a character that the cut may have taken away. */
const cutCharacterMax = 3
