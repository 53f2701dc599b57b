import { Command, CommanderError } from 'commander'
import { AppError, errorTable, toAppError, type ErrorCode } from '../errors.ts'
import type { ExplainOptions } from './commands/explain.ts'
import type { EventsOptions } from './commands/events.ts'
import type { Doors, ExitCode, GlobalOptions, Output } from './doors.ts'
import { withOutput } from './output-option.ts'
import { addStateCommands } from './state-commands.ts'
import { addWordCommands } from './word-commands.ts'

/** Errors of the input: correcting it is all that helps. */
const inputErrors: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'CLI_USAGE',
  'CONFIG_INVALID',
  'CONFIG_NOT_FOUND',
  'CONFIG_UNSAFE',
  'DIGEST_INVALID',
  'IMAGE_NOT_FOUND',
  'PLATFORM_INVALID',
  'POLICY_INVALID',
  'QUARANTINE_NOT_FOUND',
  'REFERENCE_INVALID',
  'REQUEST_INVALID',
  'REVISION_NOT_FOUND',
  'WORKLOAD_AMBIGUOUS',
  'WORKLOAD_NOT_FOUND',
])

/** Runs a command line. Each command loads what it needs when it is called: one that needs little starts fast. */
export async function runProgram(doors: Doors, version: string, args: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = 0
  const program = buildProgram(doors, version, (code) => (exitCode = code))
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    if (!(error instanceof CommanderError)) return tellError(doors, toAppError(error), args)
    if (error.exitCode === 0) return 0
    // A command without its subcommand: its help says what there is.
    if (error.code === 'commander.help') return 2
    return tellError(doors, new AppError('CLI_USAGE', error.message.replace(/^error: /, '')), args)
  }
}

function buildProgram(doors: Doors, version: string, done: (code: ExitCode) => void): Command {
  const program = new Command('longshore')
    .description('Keeps every workload on the image its owner meant.')
    .version(version)
    .option('-c, --config <file>', 'configuration file (default: /etc/longshore/longshore.yml if there is one)')
    .option(
      '--state <place>',
      'folder of the state, or postgres:// URL (default: /var/lib/longshore for root, else one in the home)',
    )
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => doors.print(text.trimEnd()),
      writeErr: doors.tell,
      // Wrong input is told as all errors are, with its code.
      outputError: () => {},
    })
    .addHelpText('after', '\nExit codes: 0 done, 1 something failed, 2 the input has to be corrected.')
  const global = () => program.opts<GlobalOptions>()

  withOutput(program.command('run'), 'form of the report of --once')
    .description('follow the watched workloads until stopped')
    .option('--once', 'make one full pass, wait for its rollouts, and exit 1 if any failed')
    .action(async (options: { output: Output; once?: boolean }) => {
      done(await (await import('./commands/run.ts')).runRun(doors, { ...global(), ...options }))
    })
  withOutput(program.command('plan'))
    .description('show what a pass would do now, and why; changes nothing')
    .option('--exit-code', 'exit 1 when something would be rolled out')
    .action(async (options: { output: Output; exitCode?: boolean }) => {
      done(await (await import('./commands/plan.ts')).runPlan(doors, { ...global(), ...options }))
    })
  withOutput(program.command('status'))
    .description('show how every workload stood at the last pass')
    .action(async (options: { output: Output }) => {
      done(await (await import('./commands/status.ts')).runStatus(doors, { ...global(), ...options }))
    })
  withOutput(program.command('history'))
    .description('show what happened, and why')
    .argument('[workload]', 'id or name; without one, all')
    .option('-n, --limit <count>', 'entries at the most', '50')
    .option('--journal', 'with every step of each rollout')
    .action(async (workload: string | undefined, options: { output: Output; limit: string; journal?: boolean }) => {
      done(await (await import('./commands/history.ts')).runHistory(doors, workload, { ...global(), ...options }))
    })
  addEvents(program, doors, global, done)
  program
    .command('health')
    .description('exit 0 while a service works on this state, 1 when none does or it does not go on')
    .action(async () => {
      done(await (await import('./commands/health.ts')).runHealth(doors, global()))
    })
  withOutput(program.command('doctor'))
    .description('try everything that rollouts stand on, and say what to do where it is wrong; changes nothing')
    .action(async (options: { output: Output }) => {
      done(await (await import('./commands/doctor.ts')).runDoctor(doors, { ...global(), ...options }))
    })
  addWordCommands(program, doors, global, done)
  addStateCommands(program, doors, global, done)
  addExplain(program, doors, global, done)
  withOutput(program.command('reference'))
    .description('show how an image reference is read')
    .argument('<reference>', 'as in `docker pull`')
    .action(async (text: string, { output }: { output: Output }) => {
      doors.print((await import('./commands/reference.ts')).runReference(text, output))
    })
  addRegistryCommands(program, doors, global, done)
  addConfigCommands(
    program.command('config').description('check the configuration, or print its schema'),
    doors,
    global,
  )
  return program
}

function addExplain(program: Command, doors: Doors, global: () => GlobalOptions, done: (code: ExitCode) => void): void {
  withOutput(program.command('explain'))
    .description(
      'show what the policy of a workload chooses, or a policy among some tags, and what becomes of each tag',
    )
    .argument('[workload]', 'id or name; without one, a policy and tags have to be named')
    .option('-p, --policy <policy>', 'as in a label, or its object form as JSON; several are compared', collect)
    .option('--current <tag>', 'tag that the workload runs')
    .option('--platform <os/arch>', 'platform that the image has to be there for')
    .option('--now <time>', 'moment that ages are counted to (default: now)')
    .option('--tags-file <file>', 'tags, one on each line or as JSON; - for standard input')
    .option('--image <reference>', 'tags as its registry has them now; a tag in it is the current one')
    .option('--all', 'show every tag, however many there are')
    .action(async (workload: string | undefined, options: Omit<ExplainOptions, keyof GlobalOptions>) => {
      done(await (await import('./commands/explain.ts')).runExplain(doors, workload, { ...global(), ...options }))
    })
}

function addEvents(program: Command, doors: Doors, global: () => GlobalOptions, done: (code: ExitCode) => void): void {
  withOutput(program.command('events'))
    .description('show which push events came, what they woke, and what came of it')
    .option('-f, --follow', 'go on with what comes, until stopped')
    .option('--source <name>', 'only those of one source')
    .option('--since <when>', 'only those since then: 30m, 2h, 1d, or a time such as 2026-11-20T12:00Z')
    .option('-n, --limit <count>', 'events at the most, up to 5000 (default: 50; 10 with --follow)')
    .option('--unreadable', 'show the beginning of what could not be read instead')
    .action(async (options: Omit<EventsOptions, keyof GlobalOptions>) => {
      done(await (await import('./commands/events.ts')).runEvents(doors, { ...global(), ...options }))
    })
}

function addRegistryCommands(
  program: Command,
  doors: Doors,
  global: () => GlobalOptions,
  done: (code: ExitCode) => void,
): void {
  withOutput(program.command('inspect'))
    .description('show what a registry has under an image reference')
    .argument('<reference>', 'as in `docker pull`')
    .option('--platform <os/arch>', 'platform whose size and labels are shown (default: that of this machine)')
    .action(async (text: string, options: { output: Output; platform?: string }) => {
      done(await (await import('./commands/inspect.ts')).runInspect(doors, text, { ...global(), ...options }))
    })
  withOutput(program.command('tags'))
    .description('list the tags of a repository, in the order of its registry')
    .argument('<reference>', 'as in `docker pull`; its tag does not matter')
    .option('-n, --limit <count>', 'only the last ones')
    .action(async (text: string, options: { output: Output; limit?: string }) => {
      done(await (await import('./commands/tags.ts')).runTags(doors, text, { ...global(), ...options }))
    })
}

/** Every use of the option adds one. */
const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

function addConfigCommands(config: Command, doors: Doors, global: () => GlobalOptions): void {
  config
    .command('check')
    .description('read the configuration and say what is wrong with it')
    .action(async () => {
      const { file } = await doors.checkConfig(global())
      doors.print(file === null ? 'There is no configuration file; the defaults apply.' : `${file} is right.`)
    })
  config
    .command('schema')
    .description('print the JSON Schema of the configuration')
    .action(async () => doors.print(JSON.stringify(await doors.configSchema(), null, 2)))
}

function tellError(doors: Doors, error: AppError, args: readonly string[]): ExitCode {
  const { code, hint, message } = error
  // From the words themselves: what is wrong may be that they cannot be read as options.
  const asJson = args.some(
    (each, at) => /^(-o|--output=)json$/.test(each) || (/^(-o|--output)$/.test(args[at - 1] ?? '') && each === 'json'),
  )
  doors.tell(asJson ? `${JSON.stringify({ error: { code, message, hint } })}\n` : `${code}: ${message}\n${hint}\n`)
  const isInput = inputErrors.has(code) && errorTable[code].actor === 'user'
  return isInput ? 2 : 1
}
