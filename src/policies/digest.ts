import type { Policy, PolicySpec } from './policy.ts'
import { following } from './stages/following.ts'

/** Follows the tag that the workload names: chosen is whatever that tag names now, also one that it named before. */
export const digestPolicy = (spec: PolicySpec): Policy => following(spec, (current) => current)
