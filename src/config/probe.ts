import { z } from 'zod'
import type { Probe } from '../rollout/probe.ts'
import { text, wholeNumber } from './fields.ts'

const port = () => wholeNumber(1, 65_535)

/** How the configuration writes a probe. */
export const probeSchema = z
  .strictObject({
    tcp: port().optional().describe('A port of the container; good when a connection opens.'),
    http: z
      .strictObject({
        port: port().describe('A port of the container.'),
        path: text()
          .regex(/^\/[!-~]*$/, { error: 'must begin with / and have no spaces' })
          .default('/')
          .describe('What to GET.'),
      })
      .optional()
      .describe('Good when it answers with 2xx or 3xx. Redirects are not followed.'),
    exec: z
      .array(text())
      .min(1, { error: 'needs a command' })
      .max(100, { error: 'must have at most 100 entries' })
      .optional()
      .describe('A command and its arguments, run in the container without a shell; good when it ends with 0.'),
  })
  .refine(({ tcp, http, exec }) => [tcp, http, exec].filter((each) => each !== undefined).length === 1, {
    error: 'needs exactly one of tcp, http and exec',
  })

export function toProbe(parsed: z.output<typeof probeSchema> | undefined): Probe | undefined {
  const { tcp, http, exec } = parsed ?? {}
  if (tcp !== undefined) return { kind: 'tcp', port: tcp }
  if (http !== undefined) return { kind: 'http', ...http }
  return exec && { kind: 'exec', command: exec }
}
