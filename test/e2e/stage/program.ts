import { join } from 'node:path'

/**
 * Folder of the command as it is shipped, which the start of a test run bundles once: a process from the sources takes
 * three times the processor to come up, and a run starts more than a thousand.
 */
const bundled = process.env['TEST_PROGRAM']

const source = join(import.meta.dirname, '../../../src/main.ts')

/** The command line: the bundle, or its sources where a script has bundled nothing. */
export const mainFile = bundled === undefined ? source : join(bundled, 'main.js')

/** The command line that stops at each moment of a journal. */
export const observedFile =
  bundled === undefined ? join(import.meta.dirname, 'observed.ts') : join(bundled, 'observed.js')
