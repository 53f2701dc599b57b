import { readFile } from 'node:fs/promises'
import type { AwsClientOptions, IdentityPoolClientOptions } from 'google-auth-library'
import { z } from 'zod'
import { AppError } from '../../errors.ts'

/** How to come by an access token of Google. */
export interface GarAccess {
  /** Key of a service account, or file of a workload identity; null for the application default. */
  readonly serviceAccountFile: string | null
  readonly projectId: string | null
  /** Makes the requests; the library's own way when left out. */
  readonly fetch?: typeof fetch
}

/** Hands out tokens; the library behind it keeps each until shortly before its end. */
export interface AccessTokens {
  /** @returns null when this machine has no credentials of Google at all */
  get(subject: string): Promise<string | null>
}

const scopes = ['https://www.googleapis.com/auth/cloud-platform']
/** Of any one request that the library sends. */
const requestMs = 10_000
/**
 * How long to leave the sign-in alone when it throttles.
 *
 * Assumed of Google Artifact Registry: the quota of the sign-in is one for each minute.
 */
const throttledMs = 60_000

/** Loads the library: 100 ms, which only its users pay. */
export async function openAccessTokens({ serviceAccountFile, projectId, fetch }: GarAccess): Promise<AccessTokens> {
  const transporterOptions = { timeout: requestMs, ...(fetch && { fetchImplementation: fetch }) }
  const client = await (serviceAccountFile === null
    ? findDefault({ transporterOptions }, projectId)
    : readFileClient(serviceAccountFile, { transporterOptions }))

  return {
    async get(subject) {
      try {
        const token = await client()
        if (token) return token
      } catch (error) {
        if (serviceAccountFile === null && isNoneFound(error)) return null
        throw failure(error, subject, serviceAccountFile)
      }
      throw new AppError('REGISTRY_INTEGRITY', `${subject}: Google sent no token`)
    },
  }
}

type GetToken = () => Promise<string | null | undefined>

interface ClientOptions {
  readonly transporterOptions: { readonly timeout: number; readonly fetchImplementation?: typeof fetch }
}

async function findDefault(clientOptions: ClientOptions, projectId: string | null): Promise<GetToken> {
  const { GoogleAuth } = await import('google-auth-library')
  const auth = new GoogleAuth({ scopes, clientOptions, ...(projectId !== null && { projectId }) })
  return () => auth.getAccessToken()
}

const fileSchema = z.looseObject({ type: z.string() })
const keySchema = z.object({ client_email: z.string(), private_key: z.string(), private_key_id: z.string().optional() })

const externalSchema = z.object({
  credential_source: z.object({ environment_id: z.string().optional(), executable: z.unknown().optional() }).optional(),
})

/**
 * A client for the kinds of files that an operator is given: the library's own way to open a file warns on standard
 * error that it opens whatever the file says. @see google-auth-library, "externally sourced credentials"
 */
async function readFileClient(file: string, options: ClientOptions): Promise<GetToken> {
  const { JWT, AwsClient, IdentityPoolClient } = await import('google-auth-library')
  const invalid = (what: string): AppError => new AppError('CREDENTIALS_INVALID', `${file} ${what}`)
  const parsed = fileSchema.safeParse(await readJson(file))
  if (!parsed.success) throw invalid('is no file of credentials of Google')
  if (parsed.data.type === 'service_account') {
    const key = keySchema.safeParse(parsed.data)
    if (!key.success) throw invalid('has no client_email or private_key')
    const { client_email: email, private_key: text, private_key_id: id } = key.data
    const jwt = new JWT({ email, key: text, scopes, ...options, ...(id !== undefined && { keyId: id }) })
    return async () => (await jwt.getAccessToken()).token
  }
  if (parsed.data.type !== 'external_account') {
    throw invalid('is neither the key of a service account nor the file of a workload identity')
  }
  const source = externalSchema.safeParse(parsed.data).data?.credential_source
  if (source?.executable !== undefined)
    throw invalid('names a program to run; only the application default may do that')
  const isAws = source?.environment_id?.startsWith('aws') === true
  // The library looks into the rest of it; its type asks for what only that can tell.
  const described = { ...parsed.data, scopes, ...options } as unknown as AwsClientOptions & IdentityPoolClientOptions
  const external = isAws ? new AwsClient(described) : new IdentityPoolClient(described)
  return async () => (await external.getAccessToken()).token
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    // What JSON says of a mistake quotes the file.
    const code: unknown = error instanceof Error && 'code' in error ? error.code : 'it is no JSON'
    throw new AppError('CREDENTIALS_INVALID', `${file} cannot be read (${String(code)})`)
  }
}

/** The library has no code for it. */
function isNoneFound(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Could not load the default credentials')
}

/** Its messages may quote what the file holds, so they stay in `cause`. */
function failure(error: unknown, subject: string, file: string | null): AppError {
  const where = file ?? 'the application default credentials'
  const status = statusOf(error)
  if (status === 400 || status === 401 || status === 403) {
    return new AppError('REGISTRY_UNAUTHORIZED', `${subject}: Google refuses ${where} (${status})`, { cause: error })
  }
  if (status === 429) {
    return new AppError('REGISTRY_RATE_LIMITED', `${subject}: Google throttles the sign-in`, {
      cause: error,
      retryAfterMs: throttledMs,
    })
  }
  if (status !== null) {
    return new AppError('REGISTRY_UNAVAILABLE', `${subject}: Google answered ${status} to the sign-in`, {
      cause: error,
    })
  }
  if (isConnection(error)) {
    return new AppError('REGISTRY_UNAVAILABLE', `${subject}: the sign-in of Google could not be reached`, {
      cause: error,
    })
  }
  return new AppError('CREDENTIALS_INVALID', `${subject}: ${where} cannot be used`, { cause: error })
}

function statusOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null) return null
  const status: unknown = Reflect.get(error, 'status')
  return typeof status === 'number' ? status : null
}

function isConnection(error: unknown): boolean {
  const code: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'code') : null
  return (
    typeof code === 'string' &&
    /^(E(CONN|HOST|NET|PIPE|AI_|TIMEDOUT|RR_PROXY|RR_TLS)|ENOTFOUND|UND_|TimeoutError|CERT|DEPTH|SELF_|UNABLE_|ADDRESS_)/.test(
      code,
    )
  )
}
