import type { Policy, PolicySpec } from './policy.ts'
import { following } from './stages/following.ts'

/** Exactly one tag, whatever the workload runs; its digest is followed. */
export const pinPolicy = (spec: PolicySpec): Policy => following(spec, () => spec.range)
