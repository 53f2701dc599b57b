import { z } from 'zod'
import { registryHost, sharedSecret, text, wholeNumber } from './fields.ts'

/** One sender of events. */
export const eventSourceSchema = z.strictObject({
  name: text(60)
    .regex(/^[a-z0-9-]+$/, { error: 'must consist of a to z, 0 to 9 and -' })
    .describe('It is listened for at `/hooks/<name>`; unique.'),
  kind: z
    .enum(['distribution', 'generic'])
    .describe('`distribution` takes the notifications of a registry, `generic` what a CI job signs.'),
  registry: registryHost().describe('Host of the registry that it tells of, whatever the events themselves say.'),
  secret: sharedSecret().describe(
    'What the sender proves to know, at least 16 characters. Best written as `${file:/run/secrets/x}`.',
  ),
  secretBefore: sharedSecret().optional().describe('One that is still taken while senders change over to the new one.'),
})

/** Where they are listened for. */
export const listenSchema = z.strictObject({
  host: text(260)
    .regex(/^[a-zA-Z0-9.:-]+$/, { error: 'must be an address or a name of this machine, such as 0.0.0.0' })
    .default('127.0.0.1')
    .describe('Address that is listened at. What leaves this machine should come through a proxy that speaks https.'),
  port: wholeNumber(1, 65_535).prefault(8484).describe('Port that is listened at.'),
})
