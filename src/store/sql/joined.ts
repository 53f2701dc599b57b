/**
 * Has those share one reading who ask before it begins, as many decisions do that are made at once. What each gets was
 * read after it asked.
 */
export function joined<Found>(read: () => Promise<Found>): () => Promise<Found> {
  let waiting: Promise<Found> | null = null
  const begin = async (): Promise<Found> => {
    await new Promise((resolve) => void setImmediate(resolve))
    waiting = null
    return read()
  }
  return () => (waiting ??= begin())
}
