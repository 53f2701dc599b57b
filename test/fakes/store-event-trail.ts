import type { DeadLetter, EndedEvent, ReceivedEvent, TrailQuery, TrailedEvent } from '../../src/store/store.ts'

const trailMax = 5_000

/** The trail of events of the store in memory. */
export function createMemoryTrail() {
  const rows: (TrailedEvent & { readonly key: string })[] = []
  let id = 0
  const nothing = { occurredAt: null, lookedAt: null, looks: 0, endedAt: null, found: null, reason: null }
  return {
    add({ from, ...event }: ReceivedEvent, isNew: boolean): void {
      if (from === undefined) return
      const end = isNew ? ({ fate: 'waiting' } as const) : ({ fate: 'repeated', endedAt: event.receivedAt } as const)
      rows.unshift({ ...event, ...nothing, ...from, ...end, id: (id += 1) })
    },
    addUnreadable({ source, receivedAt }: DeadLetter): void {
      const place = { registry: null, repository: null, tag: null, digest: null }
      const is = { key: '', kind: 'unreadable', fate: 'unreadable' } as const
      rows.unshift({ ...place, ...nothing, ...is, source, receivedAt, endedAt: receivedAt, id: (id += 1) })
    },
    renew(key: string, by: string): void {
      const at = rows.findIndex((row) => row.key === key && row.fate === 'waiting')
      const row = rows[at]
      if (row !== undefined) rows[at] = { ...row, key: by }
    },
    end({ key, end }: EndedEvent): void {
      const at = rows.findIndex((row) => row.key === key && row.fate === 'waiting')
      const row = rows[at]
      if (row !== undefined && end !== undefined) rows[at] = { ...row, ...end }
    },
    read(
      { source, since, after, also = [], limit }: TrailQuery,
      pending: ReadonlySet<string>,
    ): readonly TrailedEvent[] {
      return rows
        .filter((row) => source === undefined || row.source === source)
        .filter((row) => since === undefined || row.receivedAt >= since)
        .filter((row) => after === undefined || row.id > after || also.includes(row.id))
        .slice(0, Math.min(limit, trailMax))
        .map(({ key, ...row }) => ({
          ...row,
          fate: row.fate === 'waiting' && !pending.has(key) ? 'replaced' : row.fate,
        }))
    },
  }
}
