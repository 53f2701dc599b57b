import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

const steps = ['check', 'build', 'test:conformance', 'test:e2e']

/** Runs one npm script in our terminal; the tests that it runs, if any, leave their counts in a file. */
async function runStep(script: string, report: string): Promise<{ exitCode: number; counts: Counts }> {
  const child = spawn('npm', ['run', '--silent', script], {
    stdio: 'inherit',
    env: { ...process.env, TEST_REPORT: report },
  })
  const [code] = await once(child, 'exit')
  const exitCode = typeof code === 'number' ? code : 1
  const counts = readCounts(report)
  // A file that cannot be loaded, or a lint error, fails the step without any failed test.
  return { exitCode, counts: { ...counts, failed: counts.failed || Math.min(exitCode, 1) } }
}

function readCounts(report: string): Counts {
  try {
    const read: unknown = JSON.parse(readFileSync(report, 'utf8'))
    const count = (name: string): number => {
      const value: unknown = typeof read === 'object' && read !== null ? Reflect.get(read, name) : undefined
      return typeof value === 'number' ? value : 0
    }
    return {
      passed: count('numPassedTests'),
      failed: count('numFailedTests'),
      skipped: count('numPendingTests') + count('numTodoTests'),
    }
  } catch {
    // The step ran no tests, or ended before them.
    return { passed: 0, failed: 0, skipped: 0 }
  }
}

const folder = mkdtempSync(join(tmpdir(), 'longshore-test-'))
let total: Counts = { passed: 0, failed: 0, skipped: 0 }
// A Ctrl-C reaches the step too; we wait for it to clean up after itself.
process.on('SIGINT', () => {})
try {
  for (const script of steps) {
    const { exitCode, counts } = await runStep(script, join(folder, `${script.replace(':', '-')}.json`))
    total = {
      passed: total.passed + counts.passed,
      failed: total.failed + counts.failed,
      skipped: total.skipped + counts.skipped,
    }
    if (exitCode === 0) continue
    process.stdout.write(`\n"npm run ${script}" failed\n`)
    process.exitCode = exitCode
    break
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : ''
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed${skipped}\n`)
