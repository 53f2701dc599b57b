import { AppError } from '../../errors.ts'
import { formatAge } from '../../lib/age.ts'
import { beatAgeMs, silenceMaxMs } from '../beat.ts'
import type { Doors, ExitCode, GlobalOptions } from '../doors.ts'

/**
 * `longshore health`: whether a service works on this state. It asks neither the engine nor a registry, whose absence
 * no restart would mend.
 *
 * @throws SERVICE_SILENT
 */
export async function runHealth(doors: Doors, options: GlobalOptions, now = Date.now()): Promise<ExitCode> {
  const { stateFolder } = await doors.checkConfig(options)
  const ageMs = beatAgeMs(stateFolder, now)
  if (ageMs === null) throw new AppError('SERVICE_SILENT', `no longshore runs on the state in ${stateFolder}`)
  // A clock that was set back makes the last mark one of the future, until the next.
  if (Math.abs(ageMs) > silenceMaxMs) {
    const since = ageMs < 0 ? 'the clock was set back' : `its last sign of life is ${formatAge(ageMs)} old`
    throw new AppError('SERVICE_SILENT', `the longshore on the state in ${stateFolder} does not go on: ${since}`)
  }
  doors.print(`Its last sign of life is ${formatAge(ageMs)} old.`)
  return 0
}
