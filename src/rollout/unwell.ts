import { isPart } from './along-steps.ts'
import type { Rollout } from './rollout.ts'

/**
 * Whether one of the set was not well before anything was touched, so that what it shows beside the new version counts
 * neither for that nor against it: it is made again, started, and left as it was.
 * @param workload its id
 */
export const wasUnwell = ({ unwellBefore = [] }: Pick<Rollout, 'unwellBefore'>, workload: string): boolean =>
  unwellBefore.includes(workload)

/** The same of a dependant, by what kind of workload it is and its name; also of one that was down. */
export const wasDependantUnwell = (
  rollout: Pick<Rollout, 'unwellBefore' | 'target' | 'dependants'>,
  kind: 'container' | 'compose',
  name: string,
): boolean =>
  wasUnwell(rollout, `${rollout.target}/${kind}/${name}`) ||
  (kind === 'container' && rollout.dependants.some((each) => each.name === name && each.isDown === true))

/** Whether a rollout that goes along with another has nothing to prove, since what it is about was not well before that. */
export const isExcused = (rollout: Rollout): boolean => isPart(rollout) && wasUnwell(rollout, rollout.workload)

/** What a part that has nothing to prove ends with. */
export const excused = {
  code: 'GATE_PASSED_UNWELL',
  sentence: 'it was not well before either, so it only had to start',
}
