import type { Command } from 'commander'
import type { Doors, ExitCode, GlobalOptions, Output } from './doors.ts'
import { withOutput } from './output-option.ts'

interface Word {
  readonly output: Output
  readonly reason?: string
}
interface Followed extends Word {
  readonly wait: boolean
}

/** Adds the commands by which a person takes the wheel. Each loads what it needs when it is called. */
export function addWordCommands(
  program: Command,
  doors: Doors,
  global: () => GlobalOptions,
  done: (code: ExitCode) => void,
): void {
  withWord(program.command('pin'))
    .description('run this tag, and whatever it names, until `unpin`')
    .argument('<workload>', 'id or name')
    .argument('<tag>', 'tag of its repository')
    .action(async (workload: string, tag: string, options: Followed) => {
      done(await (await import('./commands/pin.ts')).runPin(doors, workload, tag, { ...global(), ...options }))
    })
  withWord(program.command('unpin'))
    .description('end a pin or a rollback: its policy chooses again')
    .argument('<workload>', 'id or name')
    .action(async (workload: string, options: Followed) => {
      done(await (await import('./commands/pin.ts')).runUnpin(doors, workload, { ...global(), ...options }))
    })
  withReason(program.command('pause'))
    .description('begin nothing, for one workload or for all, until `resume`')
    .argument('[workload]', 'id or name; without one, all')
    .option('--for <duration>', 'end by itself after this time, such as 2h')
    .action(async (workload: string | undefined, options: Word & { for?: string }) => {
      done(await (await import('./commands/pause.ts')).runPause(doors, workload, { ...global(), ...options }))
    })
  withWord(program.command('resume'))
    .description('lift a pause or the hold on everything, or accept what one workload runs now')
    .argument('[workload]', 'id or name; without one, everything')
    .action(async (workload: string | undefined, options: Followed) => {
      done(await (await import('./commands/resume.ts')).runResume(doors, workload, { ...global(), ...options }))
    })
  withWord(program.command('release'))
    .description('take the brake off a target, and let through what too many wanted at once')
    .argument('[target]', 'its name; without one, every target that is held')
    .action(async (target: string | undefined, options: Followed) => {
      done(await (await import('./commands/release.ts')).runRelease(doors, target, { ...global(), ...options }))
    })
  withWord(program.command('rollback'))
    .description('go back to what a workload ran before, and stay there until `unpin`')
    .argument('<workload>', 'id or name')
    .option('--to <revision>', 'digest, a part of one, or a tag that it ran (default: the one before the present)')
    .action(async (workload: string, options: Followed & { to?: string }) => {
      done(await (await import('./commands/rollback.ts')).runRollback(doors, workload, { ...global(), ...options }))
    })
  withWord(program.command('deploy'))
    .description('roll out now: a tag, which is followed from then on, or a digest, which is pinned')
    .argument('<workload>', 'id or name')
    .argument('[image]', 'tag or digest; without one, what its policy wants')
    .action(async (workload: string, image: string | undefined, options: Followed) => {
      done(await (await import('./commands/deploy.ts')).runDeploy(doors, workload, image, { ...global(), ...options }))
    })
  withOutput(program.command('why'))
    .description('tell how a workload stands: what runs, what is wanted, what holds it')
    .argument('<workload>', 'id or name')
    .action(async (workload: string, options: { output: Output }) => {
      done(await (await import('./commands/why.ts')).runWhy(doors, workload, { ...global(), ...options }))
    })
  addQuarantineCommands(
    program.command('quarantine').description('list what failed and is not tried again, or release it'),
    doors,
    global,
    done,
  )
}

function addQuarantineCommands(
  quarantine: Command,
  doors: Doors,
  global: () => GlobalOptions,
  done: (code: ExitCode) => void,
): void {
  withOutput(quarantine.command('list'))
    .description('show every digest that failed, by workload')
    .action(async (options: { output: Output }) => {
      done(await (await import('./commands/quarantine.ts')).runQuarantineList(doors, { ...global(), ...options }))
    })
  withWord(quarantine.command('release'))
    .description('let what failed be tried again')
    .argument('<workload>', 'id or name')
    .argument('[digest]', 'digest, or a part of one; without it, all of the workload')
    .action(async (workload: string, digest: string | undefined, options: Followed) => {
      const { runQuarantineRelease } = await import('./commands/quarantine.ts')
      done(await runQuarantineRelease(doors, workload, digest, { ...global(), ...options }))
    })
}

const withReason = (command: Command): Command =>
  withOutput(command).option('--reason <text>', 'why, in your own words, for the history')

const withWord = (command: Command): Command =>
  withReason(command).option('--no-wait', 'return at once instead of at the end of the rollout')
