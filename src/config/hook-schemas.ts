import { z } from 'zod'
import { hookRanges } from '../app/workloads/hook-settings.ts'
import { hooksMax } from '../rollout/hooks.ts'
import { isObject } from './cross-checks.ts'
import { duration, text } from './fields.ts'

const problem =
  'must be a program with its arguments as a list, the program by its name or an absolute path; or {shell: "..."}'

const program = text().regex(/^(\/.+|[^/]+)$/, { error: problem })

const command = (describe: string) =>
  z
    .union(
      [
        z
          .tuple([program], text(10_000))
          .refine(({ length }) => length <= 100, { error: 'must have at most 100 entries' }),
        z.strictObject({ shell: text(10_000).describe('A text for `/bin/sh -c`, for those who want a shell.') }),
      ],
      { error: problem },
    )
    .describe(describe)

const shared = {
  name: text(60)
    .regex(/^[\w .-]+$/, { error: 'may have letters, digits, blanks and . _ - only' })
    .optional()
    .describe('What it is called in history and status. Without one: its program. Arguments are shown nowhere.'),
  exec: command(
    'A program and its arguments, run in the container without a shell; or `{shell: "..."}`. The container is that of the old version before a rollout and after a rollback, else that of the new one.',
  ).optional(),
  run: command(
    'The same, run beside Longshore (in its own container, if it is in one), with PATH, HOME and the `LONGSHORE_` variables of docs/hooks.md and no others.',
  ).optional(),
  user: text(200)
    .optional()
    .describe('With `exec`: user, or user:group, that runs it. Without one: that of the container.'),
  instances: z
    .enum(['first', 'every'])
    .default('first')
    .describe('With `exec`: in the oldest instance of a scaled Compose service, or in each, one after the other.'),
}

const rolloutTimeout = duration(hookRanges.rolloutHook)
  .prefault('5m')
  .describe('When it is ended, at most 6h; that is a failure.')
const rollbackTimeout = duration(hookRanges.rollbackHook)
  .prefault('30s')
  .describe('When it is ended, at most 5m: the way back does not wait long.')

interface Given {
  readonly exec?: unknown
  readonly run?: unknown
  readonly user?: unknown
}

const one = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z
    .strictObject(shape)
    .refine(({ exec, run }: Given) => (exec === undefined) !== (run === undefined), {
      error: 'needs exactly one of exec and run',
      when: isObject,
    })
    .refine(({ user, run }: Given) => user === undefined || run === undefined, {
      error: 'has user, which only exec has',
      when: isObject,
    })

/** One may stand without a list around it. */
const oneOrMore = <Hook extends z.ZodType>(hook: Hook) =>
  z.preprocess(
    (value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? [value] : value),
    z
      .array(hook)
      .max(hooksMax, { error: `must have at most ${hooksMax} entries` })
      .meta({ orOne: true }),
  )

const beforeRollout = one({
  ...shared,
  timeout: rolloutTimeout,
  onFailure: z
    .enum(['stop', 'continue'])
    .default('stop')
    .describe('`stop` gives the rollout up before anything was touched, and tries again later.'),
})

const afterRollout = one({
  ...shared,
  timeout: rolloutTimeout,
  onFailure: z
    .enum(['continue', 'rollback'])
    .default('continue')
    .describe(
      '`continue` tells of it; `rollback` takes the new version back and quarantines its digest; one that could not be run quarantines nothing.',
    ),
})

const beforeRollback = one({
  ...shared,
  timeout: rollbackTimeout,
  whenDown: z
    .enum(['skip', 'run'])
    .default('skip')
    .describe('While neither version runs: `skip` starts the old one at once, `run` lets it wait for the hook.'),
})

const afterRollback = one({ ...shared, timeout: rollbackTimeout })

/** How the configuration writes hooks. */
export const hooksSchema = z.strictObject({
  beforeRollout: oneOrMore(beforeRollout)
    .optional()
    .describe('Once all is prepared, before what runs is touched. Exit code 75 postpones the rollout.'),
  afterRollout: oneOrMore(afterRollout)
    .optional()
    .describe('Once the new version has passed its gate and stands alone.'),
  beforeRollback: oneOrMore(beforeRollback)
    .optional()
    .describe('Before a version that went wrong is taken back. A failure is told and holds nothing up.'),
  afterRollback: oneOrMore(afterRollback).optional().describe('Once the old version serves again.'),
  retry: duration(hookRanges.hookRetry)
    .optional()
    .describe('How long a postponed rollout waits before its hooks are asked again.'),
})

export type ParsedHooks = z.output<typeof hooksSchema>
