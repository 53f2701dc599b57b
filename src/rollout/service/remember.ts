import type { ServiceFacts } from '../facts.ts'
import type { Rollout } from '../rollout.ts'
import type { ServiceMemory } from '../service-memory.ts'
import { change, type Step } from '../step.ts'

/** What is known of the service from before; of a rollout that an earlier version of ours began, that all of it ran. */
export const memoryOf = ({ service, scale }: Rollout): ServiceMemory =>
  service ?? { ranBefore: Number.MAX_SAFE_INTEGER, isJob: false, toldAt: null, running: 0, wanted: scale }

/** Writes down what this look tells for the first time; null for nothing. */
export function remember(rollout: Rollout, { toldAt, running, wanted }: ServiceFacts): Step | null {
  const memory = memoryOf(rollout)
  const most = Math.max(memory.running, running)
  // Only more is news, so that instances which come and go do not fill the journal.
  if (memory.toldAt !== null && memory.running === most) return null
  return change(rollout, rollout.step, {
    service: { ...memory, toldAt: memory.toldAt ?? toldAt, running: most, wanted },
  })
}
