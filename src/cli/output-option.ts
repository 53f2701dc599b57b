import { Option, type Command } from 'commander'

/** Adds `--output`: a table for people, or JSON for programs. */
export function withOutput(command: Command, what = 'form of the output'): Command {
  return command.addOption(new Option('-o, --output <form>', what).choices(['table', 'json']).default('table'))
}
