import type { Breakers, CircuitStanding } from './pace/breakers.ts'
import type { Budgets, BudgetStanding } from './pace/budgets.ts'
import type { Lanes, LaneStanding } from './pace/lane.ts'
import type { RequestCount, RequestCounts } from './pace/request-counts.ts'

/** How a client stands with the hosts that it asked. */
export interface Standing {
  readonly lanes: readonly LaneStanding[]
  /** What hosts said last of how often they may be asked; nothing for those that did not say. */
  readonly budgets: readonly BudgetStanding[]
  /** What is not asked for now, because it would only be refused again. */
  readonly circuits: readonly CircuitStanding[]
  /** Registries whose last three answers were damaged. */
  readonly suspicious: readonly string[]
  /** What was sent so far; what a vendor's own library sent is not in it. */
  readonly requests: readonly RequestCount[]
}

/** Who remembers what, until the client is closed. */
interface Pace {
  readonly lanes: Lanes
  readonly budgets: Budgets
  readonly breakers: Breakers
  readonly counts: RequestCounts
}

/** All of it, as it stands now. */
export const standingOf = ({ lanes, budgets, breakers, counts }: Pace): Standing => ({
  lanes: lanes.standing(),
  budgets: budgets.standing(),
  circuits: breakers.standing(),
  suspicious: breakers.suspicious(),
  requests: counts.read(),
})
