import type { Agent } from 'node:https'
import type { ECRClientConfig } from '@aws-sdk/client-ecr'
import { AppError } from '../../errors.ts'
import type { Digest } from '../../image/digest.ts'
import { isDigest } from '../../image/digest.ts'
import { secret } from '../../lib/secret.ts'
import type { Secret } from '../../lib/secret.ts'
import { limitAnswers, pageBytesMax } from './answer-limit.ts'
import { ecrFailure } from './ecr-failure.ts'

/** Whom to ask, and as whom. */
export interface EcrAccess {
  readonly region: string
  readonly isFips: boolean
  readonly isDualStack: boolean
  /** Null for the default chain: environment, profile, web identity, role of the machine. */
  readonly keys: {
    readonly accessKeyId: string
    readonly secretAccessKey: Secret
    readonly sessionToken: Secret | null
  } | null
  readonly profile: string | null
  /** Makes the connections; what looks for keys on this machine makes its own. */
  readonly agent: Agent
}

/** A password for the registry. */
export interface EcrPassword {
  readonly password: Secret
  /** Milliseconds since 1970; it lives for twelve hours. */
  readonly expiresAt: number
}

/** One image of a repository; several tags may name it. */
export interface EcrImage {
  readonly digest: Digest
  readonly tags: readonly string[]
  /**
   * When the digest was pushed first, in milliseconds since 1970; a further tag does not move it.
   *
   * Assumed of Amazon ECR: `imagePushedAt` stays when an existing manifest is put under another tag.
   */
  readonly pushedAt: number | null
}

/** What Amazon's own APIs are asked. The SDK signs, finds credentials and tries again. */
export interface EcrApi {
  createPassword(subject: string, signal: AbortSignal): Promise<EcrPassword>
  /** @param account whose registry it is; null for the caller's own */
  listImages(
    account: string | null,
    repository: string,
    subject: string,
    signal: AbortSignal,
  ): Promise<readonly EcrImage[]>
  close(): void
}

const pageSize = 1000
const pagesMax = 1000
const timeouts = { connectionTimeout: 10_000, requestTimeout: 30_000 }

/** For a private registry. Loads the SDK: 200 ms and 28 MB, which only its users pay. */
export async function openEcr(access: EcrAccess): Promise<EcrApi> {
  const { ECRClient, GetAuthorizationTokenCommand, DescribeImagesCommand } = await import('@aws-sdk/client-ecr')
  const client = new ECRClient(configOf(access))
  limitAnswers(client, pageBytesMax)

  return {
    async createPassword(subject, signal) {
      const ask = async () => client.send(new GetAuthorizationTokenCommand({}), { abortSignal: signal })
      const { authorizationData } = await translated(ask, subject, 'ecr:GetAuthorizationToken')
      return readPassword(authorizationData?.[0], subject)
    },
    async listImages(account, repositoryName, subject, signal) {
      const images: EcrImage[] = []
      let nextToken: string | undefined
      for (let page = 0; page < pagesMax; page += 1) {
        const input = {
          ...(account !== null && { registryId: account }),
          repositoryName,
          maxResults: pageSize,
          nextToken,
          filter: { tagStatus: 'TAGGED' } as const,
        }
        const ask = async () => client.send(new DescribeImagesCommand(input), { abortSignal: signal })
        const answer = await translated(ask, subject, 'ecr:DescribeImages')
        for (const { imageDigest: digest = '', imageTags: tags = [], imagePushedAt } of answer.imageDetails ?? []) {
          if (isDigest(digest)) images.push({ digest, tags, pushedAt: imagePushedAt?.getTime() ?? null })
        }
        nextToken = answer.nextToken
        if (nextToken === undefined) return images
      }
      throw new AppError('REGISTRY_TOO_LARGE', `${subject}: more than ${pagesMax} pages of images`)
    },
    close: () => client.destroy(),
  }
}

/** For the public registry, which has its own API in one region alone and tells no push times of others' images. */
export async function openEcrPublic(access: Omit<EcrAccess, 'region'>): Promise<EcrApi> {
  const { ECRPUBLICClient, GetAuthorizationTokenCommand } = await import('@aws-sdk/client-ecr-public')
  const client = new ECRPUBLICClient(configOf({ ...access, region: 'us-east-1' }))
  limitAnswers(client, pageBytesMax)

  return {
    async createPassword(subject, signal) {
      const ask = async () => client.send(new GetAuthorizationTokenCommand({}), { abortSignal: signal })
      const { authorizationData } = await translated(ask, subject, 'ecr-public:GetAuthorizationToken')
      return readPassword(authorizationData, subject)
    },
    listImages: async () => [],
    close: () => client.destroy(),
  }
}

/**
 * The SDK hands its settings on to whatever reads `~/.aws`, which else remembers those files for as long as the process
 * lives. @see @smithy/core, `SharedConfigInit`
 */
const freshFiles = { ignoreCache: true }

function configOf({ region, isFips, isDualStack, keys, profile, agent }: EcrAccess): ECRClientConfig {
  return {
    region,
    useFipsEndpoint: isFips,
    useDualstackEndpoint: isDualStack,
    ...freshFiles,
    requestHandler: { ...timeouts, httpsAgent: agent },
    ...(profile !== null && { profile }),
    ...(keys && {
      credentials: {
        accessKeyId: keys.accessKeyId,
        secretAccessKey: keys.secretAccessKey.reveal(),
        ...(keys.sessionToken && { sessionToken: keys.sessionToken.reveal() }),
      },
    }),
  }
}

async function translated<T>(ask: () => Promise<T>, subject: string, action: string): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    throw ecrFailure(error, subject, action)
  }
}

function readPassword(
  data: { readonly authorizationToken?: string | undefined; readonly expiresAt?: Date | undefined } | undefined,
  subject: string,
): EcrPassword {
  const text = Buffer.from(data?.authorizationToken ?? '', 'base64').toString('utf8')
  if (!text.startsWith('AWS:') || !data?.expiresAt) {
    throw new AppError('REGISTRY_INTEGRITY', `${subject}: Amazon sent no password`)
  }
  return { password: secret(text.slice('AWS:'.length)), expiresAt: data.expiresAt.getTime() }
}
