import type { Order, Policy, PolicySpec } from './policy.ts'

/** Builds a policy from what its owner wrote. @throws POLICY_INVALID for a range, layout or pattern that cannot be read */
type Build = (spec: PolicySpec) => Policy

/** Every policy, by its order. Each is loaded when it is needed: most need neither ranges nor patterns. */
export const policies: Readonly<Record<Order, () => Promise<Build>>> = {
  digest: async () => (await import('./digest.ts')).digestPolicy,
  semver: async () => (await import('./semver.ts')).semverPolicy,
  newest: async () => (await import('./newest.ts')).newestPolicy,
  numerical: async () => (await import('./numerical.ts')).numericalPolicy,
  alphabetical: async () => (await import('./alphabetical.ts')).alphabeticalPolicy,
  calver: async () => (await import('./calver.ts')).calverPolicy,
  pin: async () => (await import('./pin.ts')).pinPolicy,
}
