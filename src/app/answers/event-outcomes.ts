import { parseReference } from '../../image/reference.ts'
import type { Reason, Rollout } from '../../rollout/rollout.ts'
import { placeKey } from '../scans/scan-key.ts'
import { restingCodes } from './resting-codes.ts'
import type { EventFate, HistoryEntry, Store, Time, TrailedEvent, WorkloadRow } from '../../store/store.ts'

/** What came of an event for one workload: a rollout, or that it was not begun, and why. */
export type EventOutcome = {
  readonly workload: string
  readonly at: Time
  readonly reason: Reason
} & (
  | {
      readonly kind: 'rollout'
      readonly rollout: string
      /** Null while it is under way, and when it is not kept any more. */
      readonly outcome: Rollout['outcome']
      readonly endedAt: Time | null
    }
  | { readonly kind: 'held' | 'waiting'; readonly rollout: null; readonly outcome: null; readonly endedAt: null }
)

/** Entries of a workload's history that are looked through. */
const entriesMax = 100

/** Fates of which something may have come: the tag was found to name something, which need not be what was told. */
const telling: ReadonlySet<EventFate> = new Set(['changed', 'unseen', 'replaced'])

/** Whether something may have come of what the looks for an event found. */
export const mayLead = ({ fate, found }: Pick<TrailedEvent, 'fate' | 'found'>): boolean =>
  found !== null && telling.has(fate)

/**
 * Finds what came of changes in what the history says of the workloads on the same repository: of the digest that was
 * found, since the event came or was looked up, and before the same tag changed again.
 *
 * @param trail newest first
 */
export function createOutcomes(
  store: Pick<Store, 'workloads' | 'history' | 'rollout'>,
  trail: readonly TrailedEvent[],
): (event: TrailedEvent) => Promise<readonly EventOutcome[]> {
  let workloads: Promise<ReadonlyMap<string, readonly WorkloadRow[]>> | null = null
  const histories = new Map<string, Promise<readonly HistoryEntry[]>>()

  const historyOf = (workload: string): Promise<readonly HistoryEntry[]> => {
    const found = histories.get(workload) ?? store.history({ workload, limit: entriesMax })
    histories.set(workload, found)
    return found
  }

  return async (event) => {
    const { registry, repository } = event
    if (registry === null || repository === null) return []
    const until = nextChange(trail, event)
    const rows = (await (workloads ??= byPlace(store))).get(placeKey({ registry, repository })) ?? []
    const since = event.lookedAt !== null && event.lookedAt < event.receivedAt ? event.lookedAt : event.receivedAt
    const outcomes: EventOutcome[] = []
    for (const row of rows) {
      const entries = (await historyOf(row.id)).filter(
        ({ at, toDigest }) => toDigest === event.found && at >= since && (until === null || at < until),
      )
      const outcome = (await rolledOut(store, entries)) ?? heldBack(entries) ?? asItStands(row, event, until)
      if (outcome !== null) outcomes.push(outcome)
    }
    return outcomes
  }
}

/** When the tag changed again. An event that took the place of another has the look of that one, from before it came. */
function nextChange(
  trail: readonly TrailedEvent[],
  { id, registry, repository, tag, found }: TrailedEvent,
): Time | null {
  const next = trail.findLast(
    (each) =>
      each.id > id &&
      (each.fate === 'changed' || (mayLead(each) && each.found !== found)) &&
      each.registry === registry &&
      each.repository === repository &&
      each.tag === tag,
  )
  if (next === undefined || next.lookedAt === null) return null
  return next.lookedAt < next.receivedAt ? next.receivedAt : next.lookedAt
}

async function byPlace(store: Pick<Store, 'workloads'>): Promise<ReadonlyMap<string, readonly WorkloadRow[]>> {
  return Map.groupBy(await store.workloads(), ({ image }) => {
    try {
      return placeKey(parseReference(image))
    } catch {
      // What runs by an image id is of no repository.
      return ''
    }
  })
}

/** The last that was begun: one that failed for its surroundings is tried again. */
async function rolledOut(
  store: Pick<Store, 'rollout'>,
  entries: readonly HistoryEntry[],
): Promise<EventOutcome | null> {
  const started = entries.find(({ kind, rollout }) => kind === 'rollout-started' && rollout !== null)
  if (started === undefined || started.rollout === null || started.workload === null) return null
  const { workload, rollout: id, at } = started
  const kept = await store.rollout(id)
  const ended = entries.find(({ kind, rollout }) => kind === 'rollout-ended' && rollout === id)
  const basics = { kind: 'rollout', workload, rollout: id, at } as const
  if (kept === null) return { ...basics, outcome: null, endedAt: ended?.at ?? at, reason: (ended ?? started).reason }
  const reason = (kept.endedAt === null ? null : kept.reason) ?? (ended ?? started).reason
  return { ...basics, outcome: kept.endedAt === null ? null : kept.outcome, endedAt: kept.endedAt, reason }
}

function heldBack(entries: readonly HistoryEntry[]): EventOutcome | null {
  const held = entries.find(({ kind }) => kind === 'held')
  if (held === undefined || held.workload === null) return null
  return { ...none, kind: 'held', workload: held.workload, at: held.at, reason: held.reason }
}

const none = { rollout: null, outcome: null, endedAt: null } as const

/** What is decided is in no history where nothing is done about it, as for what is only told. */
function asItStands(row: WorkloadRow, { found }: TrailedEvent, until: Time | null): EventOutcome | null {
  if (until !== null || row.candidate !== found) return null
  const told = { ...none, workload: row.id, at: row.decidedAt, reason: row.reason }
  if (row.state === 'held') return { ...told, kind: 'held' }
  return row.state === 'outdated' && restingCodes.has(row.reason.code) ? { ...told, kind: 'waiting' } : null
}
