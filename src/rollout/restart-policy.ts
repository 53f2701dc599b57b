/** The engine's restart policy as text: `no`, `always`, `unless-stopped`, `on-failure`, `on-failure:3`. */
export type RestartPolicy = string

/** Whether the engine would start a container again after it ended by itself. */
export function policyRestarts(policy: RestartPolicy, exitCode: number): boolean {
  if (policy === 'always' || policy === 'unless-stopped') return true
  return policy.startsWith('on-failure') && exitCode !== 0
}
