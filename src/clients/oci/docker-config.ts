import { readFile, stat } from 'node:fs/promises'
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { quote } from '../../image/quote.ts'
import { secret } from '../../lib/secret.ts'
import { createCredential, longestMatch } from './credentials.ts'
import type { Credential, CredentialSource } from './credentials.ts'
import { askHelper } from './credential-helper.ts'
import { createSingleFlight } from './single-flight.ts'

/** `now` in milliseconds, monotonic. */
export interface DockerConfigDeps {
  readonly now: () => number
  readonly askHelper: typeof askHelper
}

/** The key under which Docker keeps the credentials of `docker.io`. */
const hubKey = 'https://index.docker.io/v1/'
/** How long the file is taken as unchanged without a look. */
const freshMs = 1000
/** How long a helper's answer is used; those for clouds hand out passwords that end. */
const helperMs = 60_000

const entrySchema = z.object({
  auth: z.string().nullish(),
  username: z.string().nullish(),
  password: z.string().nullish(),
  identitytoken: z.string().nullish(),
})
const fileSchema = z.object({
  auths: z.record(z.string(), entrySchema).nullish(),
  credHelpers: z.record(z.string(), z.string()).nullish(),
  credsStore: z.string().nullish(),
})

interface Entry {
  readonly key: string
  readonly host: string
  readonly pathPrefix: string
  /** Read when first needed, so that one bad entry spoils no other. */
  readonly read: () => Credential | null
}

interface DockerConfig {
  readonly entries: readonly Entry[]
  readonly helpers: readonly { readonly host: string; readonly pathPrefix: string; readonly name: string }[]
  readonly store: string | null
}

const nothing: DockerConfig = { entries: [], helpers: [], store: null }

/**
 * Credentials that `docker login` left: `credHelpers`, then `credsStore`, then `auths` of Docker's `config.json`.
 * The file is read again when it changes; without the file there are none.
 */
export function dockerConfigCredentials(
  path: string,
  deps: DockerConfigDeps = { now: () => performance.now(), askHelper },
): CredentialSource {
  const current = watchedFile(path, deps.now)
  const answers = new Map<string, { credential: Credential | null; until: number }>()
  const flights = createSingleFlight<Credential | null>()

  const fromHelper = (name: string, host: string, signal: AbortSignal): Promise<Credential | null> => {
    const server = host === 'docker.io' ? hubKey : host
    const key = `${name}\n${server}`
    const known = answers.get(key)
    if (known && deps.now() < known.until) return Promise.resolve(known.credential)
    return flights.run(key, signal, async () => {
      const credential = await deps.askHelper(name, server, path)
      answers.set(key, { credential, until: deps.now() + helperMs })
      return credential
    })
  }

  return async (repository, signal) => {
    const config = await current()
    const helper = longestMatch(config.helpers, repository)?.name ?? config.store
    const helped = helper === null ? null : await fromHelper(helper, repository.registry, signal)
    return helped ?? longestMatch(config.entries, repository)?.read() ?? null
  }
}

/** The parsed file, read again when its time or size changed. */
function watchedFile(path: string, now: () => number): () => Promise<DockerConfig> {
  let config = nothing
  let version = ''
  let freshUntil = -Infinity
  return async () => {
    if (now() < freshUntil) return config
    const found = await stat(path).catch((error: unknown) => absentOr(error, path))
    const seen = found ? `${found.mtimeMs} ${found.size} ${found.ino}` : ''
    if (seen !== version) config = found ? await readConfig(path) : nothing
    version = seen
    freshUntil = now() + freshMs
    return config
  }
}

function absentOr(error: unknown, path: string): null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOENT' || code === 'ENOTDIR') return null
  throw new AppError('CREDENTIALS_INVALID', `${path} cannot be read (${code})`, { cause: error })
}

async function readConfig(path: string): Promise<DockerConfig> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => absentOr(error, path))
  if (text === null) return nothing
  const parsed = fileSchema.safeParse(parseJson(text, path))
  if (!parsed.success) {
    const key = parsed.error.issues[0]?.path.join('.') ?? ''
    throw new AppError(
      'CREDENTIALS_INVALID',
      `${path}: ${key === '' ? 'it is no object' : `${quote(key)} has a wrong type`}`,
    )
  }
  const { auths, credHelpers, credsStore } = parsed.data
  return {
    entries: Object.entries(auths ?? {}).map(([key, entry]) => ({
      key,
      ...placeOf(key),
      read: once(() => readEntry(entry, `${path}: the entry ${quote(key)} of "auths"`)),
    })),
    helpers: Object.entries(credHelpers ?? {}).map(([key, name]) => ({ ...placeOf(key), name })),
    store: credsStore || null,
  }
}

/** Nothing of the text may get into the error: JSON's own message quotes it. */
function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new AppError('CREDENTIALS_INVALID', `${path} is not JSON`)
  }
}

/** Docker's keys are hosts or old addresses (`https://host/v1/`); Podman's may carry a path. */
function placeOf(key: string): { host: string; pathPrefix: string } {
  const [host = '', ...path] = key.replace(/^https?:\/\//, '').split('/')
  const isAddress = key.includes('://') || /^v[12]$/.test(path[0] ?? '')
  const isHub = /^(index\.|registry-1\.)?docker\.io$/.test(host)
  return { host: isHub ? 'docker.io' : host, pathPrefix: isAddress ? '' : path.join('/').replace(/\/+$/, '') }
}

function readEntry(entry: z.infer<typeof entrySchema>, where: string): Credential | null {
  if (entry.identitytoken) return createCredential('<token>', secret(entry.identitytoken))
  if (entry.auth) {
    const text = Buffer.from(entry.auth, 'base64').toString('utf8').replace(/\0+$/, '')
    const colon = text.indexOf(':')
    if (colon < 1) throw new AppError('CREDENTIALS_INVALID', `${where} is not the base64 of user:password`)
    return createCredential(text.slice(0, colon), secret(text.slice(colon + 1)))
  }
  if (entry.username && entry.password) return createCredential(entry.username, secret(entry.password))
  return null // what `docker login` leaves beside a credential store
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null
  return () => (made ??= { value: make() }).value
}
