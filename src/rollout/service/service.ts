import type { ServiceFacts } from '../facts.ts'
import { afterRollout } from '../hook-steps.ts'
import type { Rollout } from '../rollout.ts'
import { change, type Step } from '../step.ts'
import { back } from './back.ts'
import { forward } from './forward.ts'

/** The first difference of a rollout that an orchestrator carries out. */
export function service(rollout: Rollout, facts: ServiceFacts, now: number): Step {
  switch (rollout.stage) {
    case 'forward':
      return forward(rollout, facts, now)
    case 'passed':
      return (
        afterRollout(rollout, now) ??
        change(rollout, 'J8', { stage: 'ended', outcome: 'succeeded', endedAt: new Date(now).toISOString() })
      )
    case 'back':
      return back(rollout, facts, now)
    case 'kept':
    case 'ended':
      return { kind: 'rest', rollout }
  }
}
