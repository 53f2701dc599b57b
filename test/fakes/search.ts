/** How much `npm run search` looks through; 0 for what `npm run check` does. */
const times = Number(process.env['LONGSHORE_SEARCH'] ?? 0)

/**
 * How a property over what may happen to a rollout is tried. `npm run check` tries the same cases each time, so that a
 * change passes or fails by itself; `npm run search` tries many more, and others each time: what it finds becomes an
 * example of the property, and is mended.
 *
 * @param numRuns in `npm run check`
 */
export const search = (numRuns: number): { readonly numRuns: number; readonly seed?: number } =>
  times > 0 ? { numRuns: numRuns * times } : { numRuns, seed: 1 }

/** A limit in milliseconds that grows with it. */
export const searchMs = (ms: number): number => ms * Math.max(1, times)
