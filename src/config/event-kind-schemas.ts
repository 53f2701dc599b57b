import { z } from 'zod'
import { readQueueUrl } from '../clients/ecr/queue-url.ts'
import { text } from './fields.ts'

/** The kinds that have one registry wherever they are used, unless somebody runs their own. */
export const registryOfKind: Readonly<Record<string, string>> = {
  'docker-hub': 'docker.io',
  ghcr: 'ghcr.io',
  quay: 'quay.io',
}

/** Their senders know of addresses alone, or prove more only after one was found that no stranger knows. */
const secretIsInAddress: readonly unknown[] = ['docker-hub', 'quay', 'ecr', 'gar']

const kindsWithSettings = ['ecr', 'gar', 'jfrog'] as const

export const ecrEventsSchema = z
  .strictObject({
    topics: z
      .array(
        text(400).regex(/^arn:(aws|aws-cn|aws-us-gov):sns:[a-z0-9-]{1,40}:\d{12}:[\w-]{1,256}$/, {
          error: 'must be the ARN of a standard topic: arn:aws:sns:eu-central-1:123456789012:images',
        }),
      )
      .max(100, { error: 'must have at most 100 entries' })
      .default([])
      .describe('ARNs of the topics of SNS that may tell. Not needed where EventBridge sends to us itself.'),
    queue: text(400)
      .refine((url) => readQueueUrl(url) !== null, {
        error: 'must be the address of a standard queue: https://sqs.eu-central-1.amazonaws.com/123456789012/images',
      })
      .optional()
      .describe('Address of a queue of SQS that EventBridge fills. It is read; nothing is listened for then.'),
  })
  .describe('Amazon ECR alone.')

export const garEventsSchema = z
  .strictObject({
    audience: text(500).describe('Audience of the push subscription, as it was entered there.'),
    email: text(320)
      .regex(/^[^\s@]+@[^\s@]+$/, { error: 'must be the e-mail of a service account' })
      .describe('Service account that the push subscription authenticates with.'),
  })
  .describe('Google Artifact Registry and gcr.io alone; needed there.')

const pathPart = '[a-z0-9][a-z0-9._-]*'

/** Empty for none. */
const pathBelow = z
  .string({ error: 'must be text' })
  .max(255, { error: 'must be at most 255 characters' })
  .regex(new RegExp(`^(${pathPart}(/${pathPart})*)?$`), { error: 'must be a path in lower case such as docker, or ""' })

export const jfrogEventsSchema = z
  .strictObject({
    paths: z
      .record(text(200), z.array(pathBelow).max(100, { error: 'must have at most 100 entries' }))
      .describe(
        'By key of a repository of Artifactory, the paths that its images are pulled below: its virtual repositories, or `""` where the host stands for the repository. Any other is found below its key.',
      ),
  })
  .describe('Artifactory alone.')

/** Any of these may be missing or wrong. */
interface Given {
  readonly kind?: unknown
  readonly registry?: unknown
  readonly secret?: unknown
  readonly secretBefore?: unknown
  readonly ecr?: unknown
  readonly gar?: unknown
  readonly jfrog?: unknown
}

/** What a kind asks of the other fields. */
export function eventsFit(given: Given, context: z.core.$RefinementCtx): void {
  const { kind, registry } = given
  const complain = (path: string, message: string): void => {
    context.addIssue({ code: 'custom', path: [path], message })
  }
  if (typeof kind !== 'string') return
  complainOfSecret(given, complain)
  if (registry === undefined && !Object.hasOwn(registryOfKind, kind)) complain('registry', 'is missing')
  for (const each of kindsWithSettings) {
    if (given[each] !== undefined && each !== kind) complain(each, `is only for kind: ${each}`)
  }
  if (kind === 'gar' && given.gar === undefined) complain('gar', 'is missing; it needs audience and email')
  const wrong = typeof registry === 'string' ? wrongHost(kind, registry) : null
  if (wrong !== null) complain('registry', wrong)
  if (!secretIsInAddress.includes(kind)) return
  for (const key of ['secret', 'secretBefore'] as const) {
    if (isGuessable(given[key])) complain(key, addressSecretRule)
  }
}

/** A queue has its own policy: it needs no secret, and nobody is let in by one. */
function complainOfSecret(
  { secret, secretBefore, ecr }: Given,
  complain: (path: string, message: string) => void,
): void {
  const { queue, topics } =
    typeof ecr === 'object' && ecr !== null ? (ecr as { queue?: unknown; topics?: unknown }) : {} // fields are looked at as unknown
  if (queue === undefined) {
    if (secret === undefined) complain('secret', 'is missing')
    return
  }
  if (secret !== undefined || secretBefore !== undefined) complain('secret', 'is not for a source with a queue')
  if (Array.isArray(topics) && topics.length > 0) complain('ecr', 'has either topics or a queue')
}

/** Two readers of one queue take each other's messages. */
export function queuesAreApart(entries: readonly unknown[], context: z.core.$RefinementCtx): void {
  const seen = new Set<unknown>()
  for (const [index, entry] of entries.entries()) {
    const { ecr } = (typeof entry === 'object' && entry !== null ? entry : {}) as Given // fields are looked at as unknown
    const queue = typeof ecr === 'object' && ecr !== null && 'queue' in ecr ? ecr.queue : undefined
    if (queue !== undefined && seen.has(queue)) {
      context.addIssue({ code: 'custom', path: [index], message: 'reads the same queue as another entry' })
    }
    seen.add(queue)
  }
}

const addressSecretRule =
  'is part of the address for this kind, so it must be 32 to 200 random characters of A-Z a-z 0-9 _ and -, as `openssl rand -hex 32` prints them'

/** 32 hexadecimal digits are 128 bits, if they are random; of a word or two that are repeated they are not. */
function isGuessable(given: unknown): boolean {
  if (typeof given !== 'object' || given === null || !('reveal' in given) || typeof given.reveal !== 'function') {
    return false
  }
  const word = String(given.reveal())
  return !/^[\w-]{32,200}$/.test(word) || new Set(word).size < distinctMin
}

/** Of 32 random hexadecimal digits, fewer than 8 different ones come once in ten million times. */
const distinctMin = 8

function wrongHost(kind: string, registry: string): string | null {
  if (kind === 'ecr' && !/^\d{12}\.dkr[.-]ecr(-fips)?\.[a-z0-9-]+\./.test(registry)) {
    return 'must be the host of a private registry of ECR: 123456789012.dkr.ecr.eu-central-1.amazonaws.com'
  }
  if (kind === 'gar' && !/^([a-z0-9-]+-docker\.pkg\.dev|([a-z]+\.)?gcr\.io)$/.test(registry)) {
    return 'must be a host of Google such as europe-docker.pkg.dev or gcr.io'
  }
  return null
}
