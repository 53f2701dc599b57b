/** Oldest Node that runs longshore; `engines` in package.json says the same. */
export const nodeMin = { major: 24, minor: 15 } as const

/**
 * The line to end with when this Node is too old; null when it will do.
 * Imports nothing, so that the oldest Node gets this far.
 *
 * @param version as in `process.versions.node`
 */
export function refuseOldNode(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isNewEnough = major > nodeMin.major || (major === nodeMin.major && minor >= nodeMin.minor)
  return isNewEnough ? null : `longshore needs Node ${nodeMin.major}.${nodeMin.minor} or newer; this is ${version}`
}
