import { policies } from './policies/index.ts'
import type { Policy } from './policies/policy.ts'
import { readSpec } from './policies/spec/read-spec.ts'

/**
 * Builds a policy from what its owner wrote: a text such as `semver:^1.2`, the object form, or that as JSON in a text.
 * Apart from the rest of the wiring, so that explaining a policy need not load the rest of the application.
 *
 * @throws POLICY_INVALID
 */
export async function loadPolicy(policy: unknown): Promise<Policy> {
  const spec = readSpec(policy)
  return (await policies[spec.order]())(spec)
}
