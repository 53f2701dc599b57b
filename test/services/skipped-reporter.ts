import type { Reporter } from 'vitest/node'

/** Names at the end of a run every test that was skipped, with the groups it is in: these carry the reason. */
export const skippedReporter: Reporter = {
  onTestRunEnd(modules) {
    for (const { children, project } of modules) {
      // Whoever asks for some tests by name knows that the others are left out.
      if (project.config.testNamePattern !== undefined) continue
      for (const { fullName } of children.allTests('skipped')) process.stdout.write(`skipped: ${fullName}\n`)
    }
  },
}
