import { z } from 'zod'
import { toAppError } from '../errors.ts'
import { orders } from '../policies/policy.ts'
import { readSpec } from '../policies/spec/read-spec.ts'

const texts = z.array(z.string())

/** The keys of the object form, for editors; what may stand in them, `readSpec` knows. */
const objectForm = z.strictObject({
  order: z.enum(orders).optional(),
  range: z.string().optional(),
  include: texts.optional(),
  exclude: texts.optional(),
  extract: z.string().optional(),
  variant: z.enum(['same', 'shape', 'ignore']).optional(),
  prerelease: z.enum(['never', 'same', 'any']).optional(),
  precision: z.enum(['keep', 'any']).optional(),
  vPrefix: z.enum(['keep', 'any']).optional(),
  direction: z.enum(['highest', 'lowest']).optional(),
  downgrade: z.boolean().optional(),
  maxMajorStep: z.int().min(0).optional(),
  minAge: z.string().optional(),
  immutable: z.boolean().optional(),
})

/**
 * A policy as a text or as a mapping, read as one text. Ranges, layouts and patterns are only checked when it is built
 * (`check-policies.ts`): what reads them is loaded for that alone.
 */
export const policySchema = z
  .unknown()
  .transform((given, context): string => {
    try {
      readSpec(given)
      return typeof given === 'string' ? given.trim() : JSON.stringify(given)
    } catch (error) {
      context.addIssue({ code: 'custom', message: withoutSubject(toAppError(error).message) })
      return z.NEVER
    }
  })
  .meta({ anyOf: [{ type: 'string' }, { ...z.toJSONSchema(objectForm, { target: 'draft-07' }), $schema: undefined }] })
  .describe(
    'Which image the workload should run: `digest`, `semver:^1.2`, or a mapping of the keys that docs/policies.md names.',
  )

/** The place that is told beside it names the policy already. */
export const withoutSubject = (message: string): string => message.replace(/^policy: /, '')
