import { z } from 'zod'
import { durationRanges } from '../app/workloads/settings.ts'
import { composeServiceSchema } from './compose-schemas.ts'
import { isObject } from './cross-checks.ts'
import { duration, filePath, flag, text, wholeNumber } from './fields.ts'
import { ensureSchema } from './ensure-schemas.ts'
import { after, group } from './group-schemas.ts'
import { hooksSchema } from './hook-schemas.ts'
import { policySchema as policy } from './policy-schema.ts'
import { probeSchema } from './probe.ts'

const modes = ['auto', 'notify'] as const

const mode = z.enum(modes).describe('`auto` rolls new images out; `notify` shows them and never acts.')
const order = z
  .enum(['auto', 'stop-first', 'start-first'])
  .describe('Which version runs while the other starts. `auto` takes stop-first unless both can safely run at once.')
const stable = duration(durationRanges.stable).describe(
  'With a health check or a probe: how long it has to be healthy without a break.',
)
const minUptime = duration(durationRanges.minUptime).describe(
  'Without a health check and a probe: how long it has to run without a break.',
)
const deadline = duration(durationRanges.deadline).describe(
  'When the gate gives up; later if the health check itself needs longer.',
)
const probe = probeSchema.describe(
  'Asked of new versions without a health check, in place of staying up. No label can set it.',
)
const keepOld = duration(durationRanges.keepOld).describe(
  'How long the old version is kept, stopped, after a good rollout.',
)
const keepImages = wholeNumber(0, 100).describe('How many superseded images stay on the engine.')
const onManualChange = z
  .enum(['hold', 'reapply'])
  .describe(
    'What to do when somebody else changed the image: `hold` leaves it and says so, `reapply` goes on as before.',
  )

const writeDigest = flag().describe(
  'Compose: write the digest behind the tag into the file, `web:1.4@sha256:...`, at each rollout.',
)

const stopped = z
  .enum(['ignore', 'update', 'start'])
  .describe(
    'Containers and services that do not run: `ignore` leaves them alone, `update` replaces them and leaves them stopped, `start` replaces and starts them.',
  )
const autoRemove = z
  .enum(['leave', 'recreate'])
  .describe('Containers that were started with `--rm`: `leave` only reports them, `recreate` replaces them too.')

const jobs = z
  .enum(['leave', 'start'])
  .describe('Jobs of a Swarm: `leave` leaves them alone, `start` tells them the new image, which starts them again.')

const hooks = hooksSchema.describe(
  'Commands before and after rollouts and rollbacks (docs/hooks.md). No label, image or event ever becomes one.',
)

/** How workloads are treated unless a rule or a label says otherwise. */
export const defaultsSchema = z.strictObject({
  policy: policy.prefault('digest'),
  mode: mode.default('auto'),
  order: order.default('auto'),
  gate: z
    .strictObject({
      stable: stable.prefault('10s'),
      minUptime: minUptime.prefault('30s'),
      deadline: deadline.prefault('120s'),
      probe: probe.optional(),
    })
    .prefault({})
    .describe('What a new version has to show before it counts as good.'),
  keepOld: keepOld.prefault('10m'),
  keepImages: keepImages.prefault(1),
  onManualChange: onManualChange.default('hold'),
  writeDigest: writeDigest.prefault(false),
  stopped: stopped.default('ignore'),
  autoRemove: autoRemove.default('leave'),
  jobs: jobs.default('leave'),
  hooks: hooks.prefault({}),
})

const match = z
  .strictObject({
    name: text().optional().describe('Name of the workload; `*` stands for any text, `?` for one character.'),
    label: text().optional().describe('A label of the workload: `key`, or `key=value`.'),
    image: text()
      .optional()
      .describe('Image that the workload names, with or without its tag: `nginx`, `registry.example.com/prod/*`.'),
    stack: text()
      .optional()
      .describe('Name of the stack that a Swarm service was deployed with; `*` and `?` as in a name.'),
  })
  .refine((given) => Object.keys(given).length > 0, { error: 'needs at least one of name, label, image and stack' })

/** One entry of `workloads`. */
export const ruleSchema = z
  .strictObject({
    match: match.optional().describe('Which workloads it is about. All that is given has to match.'),
    compose: composeServiceSchema
      .optional()
      .describe('The Compose service that it is about, in place of `match`, and how Compose is to be called for it.'),
    compose_file: filePath()
      .optional()
      .describe('Short for `compose: {files: [...]}`, with `compose_service` beside it.'),
    compose_service: text(200).optional().describe('Short for `compose: {service: ...}`.'),
    ensure: ensureSchema
      .optional()
      .describe(
        'The container that it is about, in place of `match`: made as written here while none of its name exists.',
      ),
    watch: flag().prefault(true).describe('Whether they are watched. The label `longshore.watch` has the last word.'),
    policy: policy.optional(),
    mode: mode.optional(),
    order: order.optional(),
    gate: z
      .strictObject({
        stable: stable.optional(),
        minUptime: minUptime.optional(),
        deadline: deadline.optional(),
        probe: probe.optional(),
      })
      .optional()
      .describe('What a new version has to show before it counts as good.'),
    keepOld: keepOld.optional(),
    keepImages: keepImages.optional(),
    onManualChange: onManualChange.optional(),
    writeDigest: writeDigest.optional(),
    stopped: stopped.optional(),
    autoRemove: autoRemove.optional(),
    jobs: jobs.optional(),
    hooks: hooks.optional(),
    group: group.optional(),
    after: after.optional(),
  })
  .refine(
    (given) =>
      [given.match, given.compose, given.compose_service, given.ensure].filter((each) => each !== undefined).length ===
      1,
    {
      error: 'needs one of match, ensure, compose and compose_service',
      when: isObject,
    },
  )
  .refine((given) => given.compose_file === undefined || given.compose_service !== undefined, {
    error: 'needs compose_service beside compose_file',
    when: isObject,
  })
