import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/services/longest-first.ts'
import { skippedReporter } from './test/services/skipped-reporter.ts'

/** Vitest leaves one free by itself, which on two is half of them. */
const allCores = '100%'

const report = process.env['TEST_REPORT']

export default defineConfig({
  test: {
    // `scripts/test.ts` counts the tests of all runs.
    reporters:
      report === undefined
        ? ['default', skippedReporter]
        : ['default', skippedReporter, ['json', { outputFile: report }]],
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/docs/**/*.test.ts', 'scripts/**/*.test.ts', 'test/services/**/*.test.ts'],
          maxWorkers: allCores,
          // Properties try thousands of cases: on a busy machine of two cores that takes longer than the usual 5 s.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'conformance',
          include: ['test/conformance/**/*.test.ts'],
          globalSetup: 'test/services/conformance-setup.ts',
          maxWorkers: allCores,
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: 'test/services/global-setup.ts',
          // A file waits for more than half of its time, for gates and for engines. Four at once save two minutes, and
          // what they ask of the engines then takes three times as long.
          maxWorkers: 3,
          testTimeout: 180_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
