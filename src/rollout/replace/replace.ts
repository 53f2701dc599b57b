import type { ReplaceFacts } from '../facts.ts'
import { previousName } from '../names.ts'
import type { EffectKind, Rollout } from '../rollout.ts'
import type { Step } from '../step.ts'
import { back } from './back.ts'
import { forward } from './forward.ts'
import { kept, passed } from './passed.ts'
import { foreseeDependants } from './dependants.ts'
import { follow } from './follow.ts'
import { withCopy } from './copied-old.ts'

/** The first difference of a rollout that puts a new instance in the place of the old one. */
export function replace(rollout: Rollout, seen: ReplaceFacts, now: number): Step {
  if (rollout.follows?.how === 'restart') return follow(rollout, seen, now)
  const facts = withCopy(rollout, seen)
  switch (rollout.stage) {
    case 'forward':
      return forward(rollout, facts, now)
    case 'passed':
      return passed(rollout, facts, now)
    case 'back':
      return back(rollout, facts, now)
    case 'kept':
      return kept(rollout, facts, now)
    case 'ended':
      return { kind: 'rest', rollout }
  }
}

/**
 * What the target will show after an effect that succeeded, without asking it: each question makes the new version wait,
 * and inside the gap of a stop-first replacement it lengthens the gap. Null where only a look can tell.
 */
export function foreseeReplace(facts: ReplaceFacts, rollout: Rollout, effect: EffectKind): ReplaceFacts | null {
  const { old, new: fresh } = facts
  // Where nothing runs no gap is lengthened by a look, and a person may start it at any time.
  if (
    rollout.order !== 'stop-first' ||
    rollout.removesItself ||
    rollout.stopped !== null ||
    old === null ||
    fresh === null
  )
    return null
  switch (effect) {
    case 'disarm-old':
      return { ...facts, old: { ...old, restart: 'no' } }
    case 'stop-old':
      return { ...facts, old: { ...old, status: 'exited' } }
    case 'rename-old':
      return { ...facts, old: { ...old, name: previousName(rollout.name) }, nameHolder: null }
    case 'rename-new':
      return { ...facts, new: { ...fresh, name: rollout.name }, nameHolder: fresh.id }
    default:
      return foreseeDependants(facts, effect)
  }
}
