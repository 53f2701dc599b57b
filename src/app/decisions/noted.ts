import type { Workload } from '../../targets/target.ts'
import type { Decision } from './decision.ts'

/** A decision together with what the owner of the workload should know beside it. */
export function withNote({ note }: Pick<Workload, 'note'>, decided: Decision): Decision {
  if (note === undefined) return decided
  const sentence = `${decided.reason.sentence}; ${note}`
  const all = decided.note === undefined ? note : `${decided.note}; ${note}`
  return { ...decided, reason: { ...decided.reason, sentence }, note: all }
}
