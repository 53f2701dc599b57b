import { z } from 'zod'
import { isDockerHub } from '../image/registry-key.ts'
import { parseDuration, type DurationRange } from '../lib/duration.ts'
import { secret } from '../lib/secret.ts'

/** Text such as `5m`, read to milliseconds. */
export const duration = (range: DurationRange) =>
  z
    .string({ error: 'must be a duration with a unit: 30s, 5m, 1h or 2d' })
    .meta({ pattern: String.raw`^\d+(ms|s|m|h|d|w)$` })
    .transform((text, context) => {
      const read = parseDuration(text, range)
      if ('ms' in read) return read.ms
      context.addIssue({ code: 'custom', message: read.problem })
      return z.NEVER
    })

/** Also accepts digits as text, because that is what `${VAR}` gives. */
export const wholeNumber = (min: number, max: number) => {
  const error = `must be a whole number from ${min} to ${max}`
  return z.preprocess(
    (value) => (typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value),
    z.int({ error }).min(min, { error }).max(max, { error }),
  )
}

/** Also accepts the two words as text, because that is what `${VAR}` gives. */
export const flag = () =>
  z.preprocess(
    (value) => (value === 'true' ? true : value === 'false' ? false : value),
    z.boolean({ error: 'must be true or false' }),
  )

/** Text that is not empty; the limit keeps what is wrong from flooding outputs. */
export const text = (lengthMax = 1000) =>
  z
    .string({ error: 'must be text; put it in quotes if it looks like a number' })
    .min(1, { error: 'must not be empty' })
    .max(lengthMax, { error: `must be at most ${lengthMax} characters` })

/** Wrapped as soon as it is read, so that no later message can hold it. */
export const password = () => text(100_000).transform(secret)

/** Shorter ones can be guessed: whoever sends with them costs us lookups. */
const sharedSecretLengthMin = 16

/** As `password`, for what both sides make up and no person has to type. */
export const sharedSecret = () =>
  text(1000)
    .min(sharedSecretLengthMin, { error: `must be at least ${sharedSecretLengthMin} characters` })
    .transform(secret)

/** Absolute, because nobody could tell what a relative one in a file would be relative to. */
export const filePath = () => text().regex(/^(\/|~\/)/, { error: 'must be an absolute path, or begin with ~/' })

/** Host, with its port if that is not the usual one. */
export const host = () =>
  text(260).regex(/^([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[a-f0-9:]+\])(:\d{1,5})?$/, {
    error: 'must be a host in lower case such as registry.example.com or localhost:5000, without https:// and path',
  })

/** Host as canonical image references spell it. */
export const registryHost = () => host().transform((name) => (isDockerHub(name) ? 'docker.io' : name))
