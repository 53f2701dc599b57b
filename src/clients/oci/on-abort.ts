const stopsOf = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls `stop` when the signal fires, until what it returns is called. All share one listener of the signal: adding one
 * looks through all that are there, which thousands of questions under way at once would feel.
 */
export function onAbort(signal: AbortSignal, stop: () => void): () => void {
  const stops = stopsOf.get(signal) ?? listen(signal)
  stops.add(stop)
  return () => void stops.delete(stop)
}

function listen(signal: AbortSignal): Set<() => void> {
  const stops = new Set<() => void>()
  stopsOf.set(signal, stops)
  const fire = (): void => {
    for (const stop of stops) stop()
    stops.clear()
  }
  signal.addEventListener('abort', fire, { once: true })
  return stops
}
