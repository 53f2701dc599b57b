import { readFile, stat } from 'node:fs/promises'
import { z } from 'zod'
import { AppError, toAppError } from '../../../errors.ts'
import { quote } from '../../../image/quote.ts'
import { registryKey } from '../../../image/registry-key.ts'
import { secret } from '../../../lib/secret.ts'
import { createCredential } from './credentials.ts'
import type { Credential } from './credentials.ts'

/** The key under which Docker keeps the credentials of `docker.io`. */
export const hubKey = 'https://index.docker.io/v1/'
/** How long the file is taken as unchanged without a look. */
const freshMs = 1000

const entrySchema = z.object({
  auth: z.string().nullish(),
  username: z.string().nullish(),
  password: z.string().nullish(),
  identitytoken: z.string().nullish(),
  registrytoken: z.string().nullish(),
})
const fileSchema = z.object({
  auths: z.record(z.string(), entrySchema).nullish(),
  credHelpers: z.record(z.string(), z.string()).nullish(),
  credsStore: z.string().nullish(),
})

/** What is written of one registry. */
export interface Entry {
  /** As it is written, without scheme and path: what a helper knows it by. */
  readonly written: string
  /** Whether nothing but that is written. */
  readonly isBare: boolean
  readonly host: string
  readonly pathPrefix: string
  /** Read when first needed, so that one bad entry spoils no other. */
  readonly read: () => Credential | null
}

/** What Docker's file has. */
export interface DockerConfig {
  readonly entries: readonly Entry[]
  readonly helpers: readonly (Omit<Entry, 'read'> & { readonly name: string })[]
  readonly store: string | null
}

const nothing: DockerConfig = { entries: [], helpers: [], store: null }

/** What the watching of the file takes. */
interface WatchDeps {
  /** Milliseconds, monotonic. */
  readonly now: () => number
  /** Whether the file has to be there, as somebody named it. */
  readonly isNamed: boolean
  /** Told why the file cannot be read now, once, and null when it can be again. */
  readonly tell: (error: AppError | null) => void
}

/**
 * The parsed file, read again when its time or size changed. While it cannot be, or is gone, what it had last stays: it
 * may be in the middle of being replaced, and nothing makes us strangers by accident.
 *
 * @returns throws CREDENTIALS_INVALID while it never could be read
 */
export function watchDockerConfig(path: string, { now, isNamed, tell }: WatchDeps): () => Promise<DockerConfig> {
  let config: DockerConfig | null = null
  let version = ''
  let freshUntil = -Infinity
  let isTold = false

  const look = async (): Promise<DockerConfig> => {
    const found = await stat(path).catch((error: unknown) => absentOr(error, path))
    const seen = found ? `${found.mtimeMs} ${found.size} ${found.ino}` : ''
    if (config !== null && seen === version) return config
    const read = found ? await readConfig(path) : null
    if (read === null && (isNamed || version !== '')) {
      throw new AppError('CREDENTIALS_INVALID', `${path} is not there`)
    }
    version = seen
    return read ?? nothing
  }

  return async () => {
    if (config !== null && now() < freshUntil) return config
    freshUntil = now() + freshMs
    try {
      config = await look()
      if (isTold) tell(null)
      isTold = false
    } catch (error) {
      if (config === null) throw error
      if (!isTold) tell(toAppError(error))
      isTold = true
    }
    return config
  }
}

function absentOr(error: unknown, path: string): null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOENT' || code === 'ENOTDIR') return null
  throw new AppError('CREDENTIALS_INVALID', `${path} cannot be read (${code})`, { cause: error })
}

async function readConfig(path: string): Promise<DockerConfig | null> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => absentOr(error, path))
  if (text === null) return null
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
    entries: Object.entries(auths ?? {})
      .map(([key, entry]) => ({
        ...placeOf(key),
        read: once(() => readEntry(entry, `${path}: the entry ${quote(key)} of "auths"`)),
      }))
      // Of two for one registry, that goes first which Docker itself takes for the usual name.
      .toSorted((one, other) => Number(isUsual(other)) - Number(isUsual(one))),
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
function placeOf(key: string): Omit<Entry, 'read'> {
  const [written = '', ...path] = key.replace(/^https?:\/\//, '').split('/')
  const isAddress = key.includes('://') || /^v[12]$/.test(path[0] ?? '')
  const host = written.toLowerCase()
  return {
    written,
    isBare: written === key,
    host: registryKey(host) === 'docker.io' ? 'docker.io' : host,
    pathPrefix: isAddress ? '' : path.join('/').replace(/\/+$/, ''),
  }
}

const isUsual = ({ written, host }: Entry): boolean => written === host || hubKey.includes(`//${written}/`)

function readEntry(entry: z.infer<typeof entrySchema>, where: string): Credential | null {
  if (entry.identitytoken) return createCredential('<token>', secret(entry.identitytoken))
  if (entry.auth) {
    const text = Buffer.from(entry.auth, 'base64').toString('utf8').replace(/\0+$/, '')
    const colon = text.indexOf(':')
    if (colon < 1) throw new AppError('CREDENTIALS_INVALID', `${where} is not the base64 of user:password`)
    return createCredential(text.slice(0, colon), secret(text.slice(colon + 1)))
  }
  if (entry.username && entry.password) return createCredential(entry.username, secret(entry.password))
  if (entry.registrytoken) {
    // A bearer token of some minutes, for one repository: nothing to poll with, and no reason to ask as a stranger.
    throw new AppError('CREDENTIALS_INVALID', `${where} is a registry token, which ends soon; use docker login`)
  }
  return null // what `docker login` leaves beside a credential store
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null
  return () => (made ??= { value: make() }).value
}
