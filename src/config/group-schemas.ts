import { z } from 'zod'
import { afterLengthMax, afterMax, groupNamePattern } from '../app/workloads/settings.ts'
import { flag, text, wholeNumber } from './fields.ts'

const groupName = () =>
  text(60).regex(groupNamePattern, {
    error: 'must be a name of letters, digits, dots, - and _ that begins with a letter or digit',
  })

/** The group of a workload. */
export const group = groupName().describe('The group whose rollouts stop when one of them fails.')

/** What goes before a workload. */
export const after = z
  .array(text(afterLengthMax))
  .max(afterMax, { error: `must have at most ${afterMax} entries` })
  .describe('Names or ids of workloads that are rolled out before it, when they change too.')

/** The settings of groups, by their names. */
export const groupsSchema = z.record(
  groupName(),
  z.strictObject({
    atomic: flag().prefault(false).describe('One failure also takes back the others of the group that went with it.'),
    maxParallel: wholeNumber(1, 100)
      .optional()
      .describe('Rollouts of the group at a time, over all targets. Without it only those of the targets count.'),
  }),
)

/** Rollouts of a target at a time. */
export const maxParallel = wholeNumber(1, 100)
  .prefault(1)
  .describe('Rollouts at a time. One that waits for its gate counts.')

/** Whether there is a brake. */
export const brake = flag()
  .prefault(true)
  .describe(
    'Hold all automatic rollouts until `longshore release` once one version has failed its gate twice, or three have within 15 minutes.',
  )

/** Changes that go without a look. */
export const maxChanges = z
  .union([z.literal('off'), wholeNumber(0, 10_000)], { error: 'must be a whole number, or off' })
  .optional()
  .describe(
    'When more workloads want a change at once they are all held until `longshore release`; 0 or `off` for never. Without it: 20 on a target with more than 40 workloads.',
  )
