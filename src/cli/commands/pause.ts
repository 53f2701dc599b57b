import { AppError } from '../../errors.ts'
import { parseDuration } from '../../lib/duration.ts'
import type { Doors, ExitCode } from '../doors.ts'
import { say, type WordOptions } from '../say.ts'

/** `longshore pause [WORKLOAD] [--for 2h]`: begins nothing until resumed, or for that long. */
export async function runPause(
  doors: Doors,
  workload: string | undefined,
  options: WordOptions & { readonly for?: string },
): Promise<ExitCode> {
  const forMs = options.for === undefined ? null : readFor(options.for)
  return say(doors, options, (control, by) => control.pause(workload ?? null, forMs, by))
}

function readFor(text: string): number {
  const read = parseDuration(text, { minMs: 1000, maxMs: 315_576_000_000 })
  if ('problem' in read) throw new AppError('CLI_USAGE', `--for ${read.problem}, not ${text}`)
  return read.ms
}
