import type { Breakers } from './pace/breakers.ts'
import type { Budgets, BudgetStanding } from './pace/budgets.ts'
import type { Clocks } from './pace/clocks.ts'
import type { Tokens } from './sign-in/token.ts'

/** Of one host; see `Registry.heard`. */
export interface Heard {
  readonly clockAheadMs: number | null
  readonly budgets: readonly BudgetStanding[]
  readonly isSuspicious: boolean
  readonly pushers: readonly string[]
}

/** Who remembers what, until the client is closed. */
export interface Hearing {
  readonly clocks: Clocks
  readonly budgets: Budgets
  readonly breakers: Breakers
  readonly tokens: Tokens
}

/** @param host that serves `registry`, with its port */
export function hear({ clocks, budgets, breakers, tokens }: Hearing, registry: string, host: string): Heard {
  return {
    clockAheadMs: clocks.aheadMs(host),
    budgets: budgets.standing().filter((each) => each.host === host),
    isSuspicious: breakers.suspicious().includes(registry),
    pushers: tokens.pushers(registry),
  }
}
