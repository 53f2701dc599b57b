import type { InstanceFacts, Reason } from './facts.ts'

/** Why the gate has no verdict on a version that a person stopped, or keeps paused. */
export function stoppedAtGate({ status }: InstanceFacts): Reason {
  const [code, what] = status === 'paused' ? ['PAUSED_BY_HAND', 'paused'] : ['STOPPED_BY_HAND', 'stopped']
  return { code, sentence: `the new version was ${what} by hand before it had proven itself` }
}
