import { ensureInstalled } from './install.ts'

/**
 * Vitest calls this before the first conformance test. Where the real registry cannot be installed the tests say so
 * themselves: skipped, or failed with `CI=true`.
 */
export async function setup(): Promise<void> {
  const say = (line: string): void => void process.stdout.write(`${line}\n`)
  try {
    await ensureInstalled(['registry'], say)
  } catch (error) {
    say(`No real registry: ${error instanceof Error ? error.message : String(error)}`)
  }
}
