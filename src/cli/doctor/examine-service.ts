import { resolve } from 'node:path'
import { doubtful, well, wrong, type Finding } from '../../app/doctor/finding.ts'
import { controlSocket } from '../../contract/control.ts'
import { toAppError } from '../../errors.ts'
import { formatAge } from '../../lib/age.ts'
import { socketAnswers } from '../../lib/socket-answers.ts'
import { beatAgeMs, silenceMaxMs } from '../beat.ts'

/** Whether a service works on the state, and can be spoken to. */
export async function examineService(stateFolder: string, now: number): Promise<Finding> {
  const told = { part: 'service', name: null } as const
  const socket = controlSocket(resolve(stateFolder))
  try {
    const isServed = await socketAnswers(socket)
    const ageMs = beatAgeMs(stateFolder, now)
    if (!isServed && ageMs === null) {
      return doubtful(
        { ...told, sentence: 'none runs on this state' },
        'Start one with `longshore run`; until then nothing is followed.',
      )
    }
    if (!isServed || ageMs === null || Math.abs(ageMs) > silenceMaxMs) {
      const sentence = `it does not go on: ${ageMs === null ? 'it has left no sign of life' : `its last sign of life is ${formatAge(Math.abs(ageMs))} old`}`
      return wrong({ ...told, sentence }, 'Look at its log, and start it again: what was under way goes on.')
    }
    return well({ ...told, sentence: `it runs, and listens at ${socket}` })
  } catch (error) {
    const sentence = `its control socket ${socket} cannot be used: ${toAppError(error).message}`
    return wrong({ ...told, sentence }, 'Run this as the user that the service runs as.')
  }
}
