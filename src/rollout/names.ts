/** Name of the new instance until it takes the workload's own; fixed, so that the engine refuses a second rollout (I3). */
export const nextName = (name: string): string => `${name}.longshore-next`

/** Name of the old instance from the switch until it is removed. */
export const previousName = (name: string): string => `${name}.longshore-prev`

/** Name of what makes way for another old instance: it has its own engine id, so that no two are in each other's way. */
export const asideName = (name: string, id: string): string => `${previousName(name)}.${id.slice(0, 12)}`

const previousSuffix = /\.longshore-prev(\.[0-9a-f]{12})?$/

/** Whether it is a name of what was replaced. */
export const isFormerName = (name: string): boolean => previousSuffix.test(name)

/** The workload's own name of an instance of ours. */
export const withoutSuffix = (name: string): string => name.replace(/\.longshore-next$/, '').replace(previousSuffix, '')

/** Whether it is a name of ours beside that of the workload. */
export const isSecondName = (name: string): boolean => withoutSuffix(name) !== name
