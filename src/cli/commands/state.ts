import { resolve } from 'node:path'
import type { StateReport } from '../../app/passes/state-upkeep.ts'
import { AppError } from '../../errors.ts'
import type { Doors, ExitCode, GlobalOptions, MoveOptions, Output } from '../doors.ts'
import { json, when } from '../present.ts'
import { inBytes } from '../state/in-bytes.ts'
import { reportText } from '../state/report-text.ts'
import { writeExport } from '../state/write-export.ts'

/** `longshore state check`: whether the state and its backups are good. @returns 1 when one of them is not */
export async function runStateCheck(
  doors: Doors,
  options: GlobalOptions & { readonly output: Output },
): Promise<ExitCode> {
  const report = await (await doors.openState(options)).check()
  doors.print(options.output === 'json' ? json(report) : reportText(report, Date.now()))
  return isRight(report) ? 0 : 1
}

const isRight = ({ standing, backups }: StateReport): boolean =>
  (['sound', 'older'].includes(standing) || (standing === 'absent' && backups.length === 0)) &&
  backups.every(({ problem }) => problem === null)

/** `longshore state backup`: takes one now, also beside a running service. */
export async function runStateBackup(
  doors: Doors,
  options: GlobalOptions & { readonly to?: string; readonly output: Output },
): Promise<ExitCode> {
  const taken = await (await doors.openState(options)).backUp(options.to ?? null)
  const sentence = `The state was backed up to ${taken.file} (${inBytes(taken.sizeBytes)}), and the copy is good.`
  const { unremoved } = taken
  const left = unremoved === undefined ? '' : `\nOlder ones beyond those that are kept were not removed: ${unremoved}.`
  doors.print(options.output === 'json' ? json(taken) : `${sentence}${left}`)
  return 0
}

/** `longshore state restore [BACKUP]`: puts a backup in the place of the state, and holds everything. */
export async function runStateRestore(
  doors: Doors,
  backup: string | undefined,
  options: GlobalOptions & { readonly output: Output },
): Promise<ExitCode> {
  const done = await (await doors.openState(options)).restore(backup ?? null, doors.actor())
  const { passedOver } = done
  if (options.output === 'json') {
    doors.print(json({ backup: done.backup.file, at: done.backup.at, passedOver, keptAside: done.keptAside }))
    return 0
  }
  const passed = passedOver.map(({ file, problem }) => `${file} was passed over: ${problem}.\n`).join('')
  const kept = done.keptAside === null ? '' : `What was there is kept as ${done.keptAside}.\n`
  doors.print(`${passed}The backup of ${when(done.backup.at)} (${done.backup.file}) is in the place of the state.
${kept}Everything is held until \`longshore resume\`: pins, pauses, quarantine and rollouts since then may be missing.`)
  return 0
}

/** `longshore state move --from A --to B`: the whole state is in B then, and A is used no more. */
export async function runStateMove(
  doors: Doors,
  { cancel, ...options }: GlobalOptions & MoveOptions & { readonly cancel?: boolean; readonly output: Output },
): Promise<ExitCode> {
  if (cancel === true) return runCancel(doors, options)
  if (options.from === undefined && options.to === undefined) {
    throw new AppError('CONFIG_INVALID', 'name where it is to be moved: --to FOLDER or --to postgres://…')
  }
  const { from, to, rows, keptAside } = await doors.moveState(options)
  if (options.output === 'json') {
    doors.print(json({ from, to, rows, keptAside }))
    return 0
  }
  const count = Object.values(rows).reduce((sum, each) => sum + each, 0)
  doors.print(`The state of ${from} is at ${to}: ${count} rows, compared to the last letter.
${keptAside === null ? '' : `What had been left there is kept as ${keptAside}.\n`}What was at the old place is as it was, and is refused from now on. Set \`state\` to the new place before the next start.`)
  return 0
}

async function runCancel(
  doors: Doors,
  options: GlobalOptions & MoveOptions & { readonly output: Output },
): Promise<ExitCode> {
  if (options.to !== undefined) throw new AppError('CONFIG_INVALID', '--cancel takes --from alone')
  const to = await doors.cancelMove(options)
  if (options.output === 'json') doors.print(json({ cancelled: to !== null, to }))
  else if (to === null) doors.print('This state was not moved; nothing was done.')
  else
    doors.print(
      `The state that was moved to ${to} is in use here again. Everything is held until \`longshore resume\`.`,
    )
  return 0
}

/** `longshore state export`: everything that may be shown, as JSON. */
export async function runStateExport(
  doors: Doors,
  options: GlobalOptions & { readonly to?: string },
): Promise<ExitCode> {
  const state = await doors.openState(options)
  const to = options.to === undefined ? null : resolve(options.to)
  const count = await writeExport(state.contents(), { to, print: doors.print, now: new Date() })
  if (to !== null) doors.print(`${count} rows were written to ${to}.`)
  return 0
}
