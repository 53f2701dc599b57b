/** Of a rollout that met a workload off a network that it was on: another would take that for what its owner wants. */
export const networkLostCode = 'TARGET_NETWORK_LOST'
