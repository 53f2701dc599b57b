import type { TestProject } from 'vitest/node'
import { ensureInstalled, type Need } from './install.ts'
import { startPostgres, type Postgres } from './postgres.ts'

declare module 'vitest' {
  // Vitest knows what is provided by adding to its interface.
  interface ProvidedContext {
    /** Address of the server that all share, and the folder of its socket; or why there is none. */
    postgres: { readonly url: string } | { readonly missing: string }
  }
}

let postgres: Postgres | null = null

/**
 * Vitest calls this before the first conformance test. Where the real registry, the engine or PostgreSQL cannot be
 * installed the tests say so themselves: skipped, or failed with `CI=true`.
 */
export async function setup(project: TestProject): Promise<void> {
  await install('PostgreSQL', ['postgres'])
  try {
    postgres = await startPostgres()
    project.provide('postgres', { url: postgres.url() })
  } catch (error) {
    project.provide('postgres', { missing: error instanceof Error ? error.message : String(error) })
  }
  await install('registry', ['registry'])
  await install('engine', ['engine', 'docker', 'compose', 'busybox'])
}

/** Vitest calls this after the last one. */
export async function teardown(): Promise<void> {
  await postgres?.stop()
}

async function install(what: string, needs: readonly Need[]): Promise<void> {
  const say = (line: string): void => void process.stdout.write(`${line}\n`)
  try {
    await ensureInstalled(needs, say)
  } catch (error) {
    say(`No real ${what}: ${error instanceof Error ? error.message : String(error)}`)
  }
}
