import { bringAlong } from '../along-steps.ts'
import type { ComposeFacts } from '../facts.ts'
import { afterRollout } from '../hook-steps.ts'
import type { Rollout } from '../rollout.ts'
import { change, type Step } from '../step.ts'
import { back } from './back.ts'
import { followProvider } from './follow.ts'
import { forward } from './forward.ts'

/** The first difference of a rollout that `docker compose up` carries out. */
export function compose(rollout: Rollout, facts: ComposeFacts, now: number): Step {
  if (rollout.follows !== null) return followProvider(rollout, facts, now)
  switch (rollout.stage) {
    case 'forward':
      return forward(rollout, facts, now)
    case 'passed':
      // No old instance is kept: a second container with Compose's labels would be destroyed by the next `up`.
      return (
        bringAlong(rollout) ??
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
