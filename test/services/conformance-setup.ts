import { ensureInstalled, type Need } from './install.ts'

/**
 * Vitest calls this before the first conformance test. Where the real registry or the engine cannot be installed the
 * tests say so themselves: skipped, or failed with `CI=true`.
 */
export async function setup(): Promise<void> {
  await install('registry', ['registry'])
  await install('engine', ['engine', 'docker', 'compose', 'busybox'])
}

async function install(what: string, needs: readonly Need[]): Promise<void> {
  const say = (line: string): void => void process.stdout.write(`${line}\n`)
  try {
    await ensureInstalled(needs, say)
  } catch (error) {
    say(`No real ${what}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
