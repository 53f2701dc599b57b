import type { Rollout } from '../rollout.ts'

/** Whether the new version needs another text in the service's files. */
export const needsEdit = ({ definition }: Rollout): boolean => definition !== null && definition.edit !== null
