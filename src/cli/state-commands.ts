import type { Command } from 'commander'
import type { Doors, ExitCode, GlobalOptions, Output } from './doors.ts'
import { withOutput } from './output-option.ts'

const commands = () => import('./commands/state.ts')

/** The commands of `longshore state`. They take the state as it lies there, whatever its condition. */
export function addStateCommands(
  program: Command,
  doors: Doors,
  global: () => GlobalOptions,
  done: (code: ExitCode) => void,
): void {
  const state = program.command('state').description('check, back up, restore or export the state')
  withOutput(state.command('check'))
    .description('say whether the state and its backups are good, and what is in it; exit 1 when one is not')
    .action(async (options: { output: Output }) => {
      done(await (await commands()).runStateCheck(doors, { ...global(), ...options }))
    })
  withOutput(state.command('backup'))
    .description('take a backup now, also beside a running service')
    .option('--to <file>', 'file to write, which must not exist (default: one among the backups)')
    .action(async (options: { output: Output; to?: string }) => {
      done(await (await commands()).runStateBackup(doors, { ...global(), ...options }))
    })
  withOutput(state.command('restore'))
    .description('put a backup in the place of the state, which is kept aside; everything is held then')
    .argument('[backup]', 'file, or the name of one of the backups (default: the newest that is good)')
    .action(async (backup: string | undefined, options: { output: Output }) => {
      done(await (await commands()).runStateRestore(doors, backup, { ...global(), ...options }))
    })
  withOutput(state.command('move'))
    .description('copy the state to an empty folder or database, and mark this one as moved')
    .option('--from <place>', 'folder, or postgres:// URL (default: the configured state)')
    .option('--to <place>', 'folder, or postgres:// URL, with nothing in it (default: the configured state)')
    .option('--cancel', 'use the state at --from again that was moved; everything is held then')
    .action(async (options: { output: Output; from?: string; to?: string; cancel?: boolean }) => {
      done(await (await commands()).runStateMove(doors, { ...global(), ...options }))
    })
  state
    .command('export')
    .description('write what is in the state as JSON, without environments, files, hooks and output of workloads')
    .option('--to <file>', 'file to write, which must not exist (default: the output)')
    .action(async (options: { to?: string }) => {
      done(await (await commands()).runStateExport(doors, { ...global(), ...options }))
    })
}
