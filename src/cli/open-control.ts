import { resolve } from 'node:path'
import type { FollowedControl, End, Progress } from '../app/answers/read-progress.ts'
import { isAtRest } from '../app/answers/read-progress.ts'
import { runPass, type PassReport } from '../app/passes/run-pass.ts'
import { runWorkload } from '../app/passes/run-workload.ts'
import { controlSocket } from '../contract/control.ts'
import { AppError, toAppError } from '../errors.ts'
import { systemClock } from '../lib/clock.ts'
import { socketAnswers } from '../lib/socket-answers.ts'
import type { Doors, GlobalOptions, OpenApp } from './doors.ts'
import { followRemote } from './follow-remote.ts'
import { pullLine } from './pull-line.ts'
import { createRemoteControl } from './remote-control.ts'

/** Where a person's words go: to the running service, or into this process where none runs. */
export interface OpenControl {
  readonly control: FollowedControl
  /** Whether a service carries out what is said, also once we are gone. */
  readonly isService: boolean
  /**
   * Waits until a word on a workload has been carried out; without a service, carries it out.
   * @param before how the workload stood just before the word
   * @returns null when we were asked to stop before its end
   */
  carryOut(before: Progress): Promise<End | null>
  /** Carries out a word on everything: one full pass. Null where a service does that. */
  readonly carryOutAll: (() => Promise<PassReport>) | null
  close(): Promise<void>
}

/**
 * Reaches the service over the socket in its state folder, or else opens the state in this process.
 * @param purpose with `say` nothing else can begin meanwhile; with `ask` the state is only read
 * @throws CONTROL_UNREACHABLE when there is a socket that this user may not use, STATE_LOCKED when somebody uses the
 *   state who listens at none
 */
export async function openControl(doors: Doors, options: GlobalOptions, purpose: 'say' | 'ask'): Promise<OpenControl> {
  const { stateFolder } = await doors.checkConfig(options)
  const socket = controlSocket(resolve(stateFolder))
  if (await isServed(socket)) return overSocket(doors, socket)
  return inProcess(doors, await openState(doors, options, purpose, socket))
}

function overSocket(doors: Doors, socket: string): OpenControl {
  const control = createRemoteControl(socket)
  return {
    control,
    isService: true,
    carryOut: (before) => followRemote({ control, clock: systemClock, ...doors }, before),
    carryOutAll: null,
    close: async () => {},
  }
}

function inProcess(doors: Doors, { app, queue, control, close }: OpenApp): OpenControl {
  return {
    control,
    isService: false,
    async carryOut(before) {
      const end = await runWorkload(app, queue, before.workload, doors.stop)
      return end.rollout === null || isAtRest(end.rollout) ? end : null
    },
    carryOutAll: () => runPass(app, queue, doors.stop),
    async close() {
      await queue.close()
      await close()
    },
  }
}

async function openState(
  doors: Doors,
  options: GlobalOptions,
  purpose: 'say' | 'ask',
  socket: string,
): Promise<OpenApp> {
  const { showProgress } = doors
  try {
    return await doors.openApp({
      ...options,
      access: purpose === 'say' ? 'owner' : 'reader',
      ...(showProgress && { onPullProgress: (workload, progress) => showProgress(pullLine(workload, progress)) }),
    })
  } catch (thrown) {
    const error = toAppError(thrown)
    if (error.code !== 'STATE_LOCKED') throw error
    const sentence = `${error.message}, which listens at no control socket (${socket}): one pass, or a service that is just starting or stopping`
    throw new AppError('STATE_LOCKED', sentence, { cause: error })
  }
}

/** Whether a service listens at a socket. @throws CONTROL_UNREACHABLE when this user may not use it */
export async function isServed(socket: string): Promise<boolean> {
  try {
    return await socketAnswers(socket)
  } catch (cause) {
    const { message } = toAppError(cause)
    throw new AppError('CONTROL_UNREACHABLE', `the control socket ${socket} cannot be used: ${message}`, { cause })
  }
}
