import { join } from 'node:path'

/**
 * Folder of the command as it is shipped, which the start of a test run bundles once: a process from the sources takes
 * three times the processor to come up, and a run starts more than a thousand.
 */
const bundled = process.env['TEST_PROGRAM']

/** A script of the bundle, or its source where a script has bundled nothing. */
const script = (name: string, source: string): string =>
  bundled === undefined ? join(import.meta.dirname, source) : join(bundled, `${name}.js`)

/** The command line. */
export const mainFile = script('main', '../../../src/main.ts')

/** The command line that stops at each moment of a journal. */
export const observedFile = script('observed', 'observed.ts')

/** The command line whose rollouts stand still where its first argument says. */
export const crashFile = script('crash-child', '../crash-child.ts')
