import { policies } from './policies/index.ts'
import type { Policy } from './policies/policy.ts'
import type { PolicyReading, PolicyWish } from './app/selection/policy-wish.ts'
import { readSpec, type SpecOverride } from './policies/spec/read-spec.ts'
import { toAppError } from './errors.ts'

/**
 * Builds a policy from what its owner wrote: a text such as `semver:^1.2`, the object form, or that as JSON in a text.
 * Apart from the rest of the wiring, so that explaining a policy need not load the rest of the application.
 *
 * @throws POLICY_INVALID
 */
export async function loadPolicy(policy: unknown, over: SpecOverride = {}): Promise<Policy> {
  const spec = readSpec(policy, over)
  return (await policies[spec.order]())(spec)
}

/** Texts that are kept at most: labels come and go, and what is built again costs little. */
const keptMax = 1000

/** Builds each policy that workloads wish for once, and keeps it, also where it is wrong. */
export function createPolicies(): (wish: PolicyWish) => Promise<PolicyReading> {
  const kept = new Map<string, Promise<PolicyReading>>()
  return (wish) => {
    const key = JSON.stringify([wish.policy, wish.tags, wish.minAge])
    const known = kept.get(key)
    if (known !== undefined) return known
    if (kept.size >= keptMax) kept.clear()
    const reading = read(wish)
    kept.set(key, reading)
    return reading
  }
}

async function read({ policy, tags, minAge }: PolicyWish): Promise<PolicyReading> {
  try {
    return { policy: await loadPolicy(policy, { ...(tags && { include: tags }), ...(minAge !== null && { minAge }) }) }
  } catch (error) {
    return { problem: toAppError(error).message }
  }
}
