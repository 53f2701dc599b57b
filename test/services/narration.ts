import { styleText } from 'node:util'

/** Tells a person at the terminal what is going on. */
export interface Narration {
  /** Begins the next step and numbers it. */
  step(title: string): void
  /** A line about the step. */
  say(line: string): void
  /** A result that the person has been waiting for. */
  show(line: string): void
  fail(line: string): void
}

/** Colours appear on a terminal that shows them, and nowhere else. */
export function narrate(output: NodeJS.WriteStream): Narration {
  let steps = 0
  const style = (format: Parameters<typeof styleText>[0], text: string): string =>
    styleText(format, text, { stream: output })
  const write = (line: string): void => void output.write(`${line}\n`)
  return {
    step(title) {
      steps += 1
      write(`\n${style(['bold', 'cyan'], `${steps}. ${title}`)}`)
    },
    say: (line) => write(`   ${style('dim', line)}`),
    show: (line) => write(`   ${style(['bold', 'green'], line)}`),
    fail: (line) => write(`\n${style(['bold', 'red'], line)}`),
  }
}
