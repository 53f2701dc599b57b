import { lstatSync, statSync, unlinkSync } from 'node:fs'
import { resolve } from 'node:path'
import { controlSocket } from '../contract/control.ts'
import { AppError } from '../errors.ts'
import { socketAnswers, socketPathMaxBytes } from '../lib/socket-answers.ts'

/**
 * Makes sure that the control socket can be bound where it belongs, and that nobody but this user will reach it.
 * Only the owner of the state may call it: whatever it finds there was left by a dead process.
 *
 * @param folder of the state; exists
 * @returns the path to bind, where nothing is now
 * @throws CONTROL_PATH_TOO_LONG, CONTROL_UNSAFE
 */
export async function clearControlSocket(folder: string): Promise<string> {
  const path = controlSocket(resolve(folder))
  const bytes = Buffer.byteLength(path)
  if (bytes > socketPathMaxBytes) {
    const sentence = `the path of the control socket has ${bytes} bytes, and the system takes ${socketPathMaxBytes}: ${path}`
    throw new AppError('CONTROL_PATH_TOO_LONG', sentence)
  }
  const mode = statSync(folder).mode & 0o777
  if ((mode & 0o077) !== 0) {
    const sentence = `others may enter the state folder ${folder} (mode ${mode.toString(8)}), and so reach the control socket`
    throw new AppError('CONTROL_UNSAFE', sentence)
  }
  await removeStale(path)
  return path
}

async function removeStale(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false })
  if (found === undefined) return
  if (!found.isSocket()) throw new AppError('CONTROL_UNSAFE', `${path} is not a socket of ours; move it away`)
  if (await socketAnswers(path)) throw new AppError('STATE_LOCKED', `somebody else listens at ${path}`)
  unlinkSync(path)
}
