import type { RequestHead } from '../../events/event-source.ts'
import type { ConfiguredSource } from '../workloads/configured-source.ts'
import { createDecoys } from './decoy-sources.ts'

export type { RequestHead } from '../../events/event-source.ts'

/** Whether the head of a request to a source shows its secret. It never does where senders prove it by the body. */
export type ShowsSecret = (source: string, head: RequestHead) => boolean

export function createShowsSecret(sources: readonly ConfiguredSource[]): ShowsSecret {
  const byName = new Map(sources.map((each) => [each.name, each]))
  const decoyFor = createDecoys(sources)
  return (name, head) => {
    const known = byName.get(name)
    const { source, secrets } = known ?? decoyFor(name)
    // All of them, so that the time does not tell which one fits.
    const fits = secrets.map((secret) => source.showsSecret?.(head, secret))
    return known !== undefined && fits.includes(true)
  }
}
