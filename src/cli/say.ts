import type { Answer, By } from '../app/words/control.ts'
import type { FollowedControl } from '../app/answers/read-progress.ts'
import type { Doors, ExitCode, GlobalOptions, Output } from './doors.ts'
import { openControl } from './open-control.ts'
import { reportAnswer, reportEnd } from './report-end.ts'
import { reportPass } from './report-pass.ts'

/** Options of every command that changes something by a person's word. */
export interface WordOptions extends GlobalOptions {
  readonly output: Output
  readonly reason?: string
}

/** Options of those that lead to a rollout. */
export interface FollowedOptions extends WordOptions {
  /** Whether to wait for its end. */
  readonly wait: boolean
}

type Word = (control: FollowedControl, by: By) => Promise<Answer>

/** Says a word that nothing has to be waited for. */
export async function say(doors: Doors, options: WordOptions, word: Word): Promise<ExitCode> {
  const { control, close } = await openControl(doors, options, 'say')
  try {
    reportAnswer(doors, options.output, await word(control, by(doors, options)))
    return 0
  } finally {
    await close()
  }
}

/**
 * Says a word that every workload may go on by. A service sees to that by itself; without one, a full pass does.
 * @returns 1 when that pass did not go well
 */
export async function sayToAll(doors: Doors, options: FollowedOptions, word: Word): Promise<ExitCode> {
  const { output, wait } = options
  const { control, carryOutAll, close } = await openControl(doors, options, 'say')
  try {
    const answer = await word(control, by(doors, options))
    const isFollowed = carryOutAll !== null && wait
    if (!isFollowed || output === 'table') reportAnswer(doors, output, answer)
    if (carryOutAll !== null && !wait) doors.tell(noService)
    return isFollowed ? reportPass(doors, output, await carryOutAll(), answer) : 0
  } finally {
    await close()
  }
}

const noService = 'No service runs here: the next `longshore run` carries it out.\n'

/**
 * Says a word on a workload, and follows the rollout that it leads to until its end.
 * @returns 1 when that did not go well, or was not waited for to its end
 */
export async function sayAndFollow(
  doors: Doors,
  workload: string,
  options: FollowedOptions,
  word: Word,
): Promise<ExitCode> {
  const { output } = options
  const { control, isService, carryOut, close } = await openControl(doors, options, 'say')
  try {
    const before = await control.progress(workload)
    const answer = await word(control, by(doors, options))
    if (!options.wait) {
      reportAnswer(doors, output, answer)
      if (!isService) doors.tell(noService)
      return 0
    }
    if (output === 'table') reportAnswer(doors, output, answer)
    const end = await carryOut(before)
    if (end !== null) return reportEnd(doors, output, answer, end)
    if (output === 'json') reportAnswer(doors, output, answer)
    doors.tell(isService ? goesOn : parked)
    return 1
  } finally {
    await close()
  }
}

const goesOn = 'Stopped waiting; the service goes on with it. `longshore why` tells how it stands.\n'
const parked = 'Stopped; what was under way goes on at the next `longshore run`.\n'

function by(doors: Doors, { reason }: WordOptions): By {
  const words = reason?.trim() ?? ''
  return { actor: doors.actor(), reason: words === '' ? null : words }
}
