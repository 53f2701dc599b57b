import type { Explanation } from '../../app/selection/explain-tags.ts'

/** An explanation for programs. */
export const toJson = ({ selected, code, reason, candidates }: Explanation) => ({ selected, code, reason, candidates })
