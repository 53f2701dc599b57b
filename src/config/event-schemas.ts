import { z } from 'zod'
import { isObject } from './cross-checks.ts'
import { garEventsSchema, ecrEventsSchema, eventsFit, jfrogEventsSchema } from './event-kind-schemas.ts'
import { registryHost, sharedSecret, text } from './fields.ts'

/** Every kind of event source, by the word that the configuration uses. */
export const eventSourceKinds = [
  'distribution',
  'generic',
  'acr',
  'docker-hub',
  'ecr',
  'gar',
  'ghcr',
  'gitea',
  'gitlab',
  'harbor',
  'jfrog',
  'quay',
  'zot',
] as const

/** One sender of events. */
export const eventSourceSchema = z
  .strictObject({
    name: text(60)
      .regex(/^[a-z0-9-]+$/, { error: 'must consist of a to z, 0 to 9 and -' })
      .describe('It is listened for at `/hooks/<name>`; unique.'),
    kind: z
      .enum(eventSourceKinds)
      .describe('Who sends, each with a page in docs/events/; `generic` takes what a CI job signs.'),
    registry: registryHost()
      .optional()
      .describe(
        'Host of the registry that it tells of, whatever the events themselves say. `docker-hub`, `ghcr` and `quay` know theirs.',
      ),
    secret: sharedSecret()
      .optional()
      .describe(
        'What the sender proves to know, at least 16 characters, and 32 random ones where it is part of the address. Best written as `${file:/run/secrets/x}`. Needed, except with a queue.',
      ),
    secretBefore: sharedSecret()
      .optional()
      .describe('One that is still taken while senders change over to the new one.'),
    ecr: ecrEventsSchema.optional(),
    gar: garEventsSchema.optional(),
    jfrog: jfrogEventsSchema.optional(),
  })
  .superRefine(eventsFit, { when: isObject })
