import { z } from 'zod'
import { isIP } from 'node:net'
import { blockProblem } from '../lib/ip-address.ts'
import { filePath, text, wholeNumber } from './fields.ts'

const proxyHeaders = ['x-forwarded-for', 'forwarded'] as const

const block = text(60).superRefine((given, context) => {
  const problem = blockProblem(given)
  if (problem !== null) context.addIssue({ code: 'custom', message: problem })
})

const hostName = text(253)
  .regex(/^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/, {
    error: 'must be a name in lower case such as longshore.example.com, without https://, port and path',
  })
  .refine((name) => isIP(name) === 0, { error: 'is an address; those are always known' })

/** Where events are listened for, and who is believed there. */
export const listenSchema = z.strictObject({
  host: text(260)
    .regex(/^[a-zA-Z0-9.:-]+$/, { error: 'must be an address or a name of this machine, such as 0.0.0.0' })
    .default('127.0.0.1')
    .describe(
      'Address that is listened at. What leaves this machine should be encrypted: `tls`, or a proxy that speaks https.',
    ),
  port: wholeNumber(1, 65_535).prefault(8484).describe('Port that is listened at.'),
  tls: z
    .strictObject({
      certificate: filePath().describe(
        'File with our certificate in PEM form, and after it those between it and its authority. Looked at again every 10 seconds.',
      ),
      key: filePath().describe('File with its key, without a passphrase, which others should not be able to read.'),
    })
    .optional()
    .describe('Speaks https, TLS 1.2 or newer. Without it plain http.'),
  trustProxy: z
    .array(block)
    .max(100, { error: 'must have at most 100 entries' })
    .prefault([])
    .describe(
      'Addresses and blocks of the proxies before it, which say in a header who asks. Nobody else is believed. Failed sign-ins are counted by that.',
    ),
  proxyHeader: z
    .enum(proxyHeaders)
    .default('x-forwarded-for')
    .describe('The header that those proxies write. The other one is never read: a client may have written it.'),
  hosts: z
    .array(hostName)
    .max(100, { error: 'must have at most 100 entries' })
    .optional()
    .describe(
      'Names that requests may come under, beside addresses and `localhost`. Without it: names without a dot, and any name at `/hooks/`, where a secret is asked for.',
    ),
})

/** Where a monitoring system asks. */
export const metricsSchema = listenSchema.pick({ tls: true }).extend({
  host: listenSchema.shape.host.describe('Address that is listened at. Nobody is asked for a secret there.'),
  port: wholeNumber(1, 65_535).prefault(9464).describe('Port that is listened at.'),
  hosts: listenSchema.shape.hosts.describe(
    'Names that requests may come under, beside addresses and `localhost`. Without it: names without a dot.',
  ),
})

type Home = (path: string) => string

/** Where a server of ours listens. */
export interface MetricsConfig {
  readonly host: string
  readonly port: number
  /** Paths of files in PEM form; null for plain http. */
  readonly tls: { readonly certificate: string; readonly key: string } | null
  /** Null where none were written down. */
  readonly hosts: readonly string[] | null
}

/** Where the public server listens, and who is believed there. */
export interface ListenConfig extends MetricsConfig {
  /** Addresses and blocks of addresses. */
  readonly trustProxy: readonly string[]
  readonly proxyHeader: (typeof proxyHeaders)[number]
}

/** What the configuration says, filled in. @param home puts the home folder in the place of `~` */
export function toListen(given: z.output<typeof listenSchema>, home: Home): ListenConfig {
  const { trustProxy, proxyHeader } = given
  return { ...toMetrics(given, home), trustProxy, proxyHeader }
}

/** As `toListen`. */
export function toMetrics({ host, port, tls, hosts }: z.output<typeof metricsSchema>, home: Home): MetricsConfig {
  const files = tls === undefined ? null : { certificate: home(tls.certificate), key: home(tls.key) }
  return { host, port, tls: files, hosts: hosts ?? null }
}
