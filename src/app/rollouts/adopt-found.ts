import { isoTime, type Clock } from '../../lib/clock.ts'
import { hasFollowers } from '../../rollout/along-steps.ts'
import { newestOf } from '../../rollout/facts.ts'
import type { Rollout, RolloutFacts } from '../../rollout/rollout.ts'
import { goBack, needsHuman } from '../../rollout/step.ts'

/**
 * A rollout that nothing is left of but what it made, as it can be taken up without our state. What was never started
 * is nobody's loss; what has run is never removed, since nobody knows for how long it has (I8).
 */
export function withoutOld(intent: Rollout, facts: RolloutFacts, clock: Pick<Clock, 'now'>): Rollout {
  const fresh = newestOf(facts)
  const toImage = intent.toImage ?? facts.candidateImage
  const done = { ...intent, toImage, stage: 'ended', outcome: 'succeeded', endedAt: isoTime(clock) } as const
  const hasRun = fresh?.startedAt != null
  if (intent.procedure === 'create') {
    // Without a restart policy nothing tells whether its gate had passed: then it is somebody's workload by now.
    if (hasRun)
      return fresh.restart === intent.restart ? done : { ...intent, toImage, attempted: ['pull', 'start-new'] }
    const reason = { code: 'STATE_LOST', sentence: 'the state was lost before it had started' }
    return goBack({ ...intent, toImage, attempted: ['pull', 'create'] }, 'abandoned', reason).rollout
  }
  if (!intent.removesItself || hasRun || intent.stopped !== null) return done
  const sentence = `the state was lost between the two versions; try: docker start ${fresh?.name ?? intent.name}`
  return needsHuman({ ...intent, toImage }, clock.now(), sentence).rollout
}

/**
 * Rollouts that were adopted together, with each that was under way to follow another as a part of that: no label tells
 * of it, and driven by itself it would get in the way of the one that brings everything along.
 * @param open those that the state knows: the first may have been adopted right before we were killed
 */
export const withTheirParts = (adopted: readonly Rollout[], open: readonly Rollout[]): readonly Rollout[] =>
  adopted.map((part) => {
    const first = [...adopted, ...open].find(
      (each) => isUnderWay(each) && hasFollowers(each) && each.followedBy?.includes(part.workload),
    )
    if (first === undefined || !isUnderWay(part) || part.follows === null) return part
    return { ...part, partOf: { rollout: first.id, way: first.stage === 'back' ? 'back' : 'forth' } }
  })

const isUnderWay = ({ stage }: Rollout): boolean => stage !== 'kept' && stage !== 'ended'
