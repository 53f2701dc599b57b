/** Name of the new instance until it takes the workload's own; fixed, so that the engine refuses a second rollout (I3). */
export const nextName = (name: string): string => `${name}.longshore-next`

/** Name of the old instance from the switch until it is removed. */
export const previousName = (name: string): string => `${name}.longshore-prev`

/** The workload's own name of an instance of ours. */
export const withoutSuffix = (name: string): string => name.replace(/\.longshore-(next|prev)$/, '')
