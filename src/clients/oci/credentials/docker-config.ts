import { readFile, stat } from 'node:fs/promises'
import { z } from 'zod'
import { AppError } from '../../../errors.ts'
import { quote } from '../../../image/quote.ts'
import { registryKey } from '../../../image/registry-key.ts'
import { secret } from '../../../lib/secret.ts'
import { createCredential, longestMatch } from './credentials.ts'
import type { Credential, CredentialSource, RepositoryName } from './credentials.ts'
import { askHelper } from './credential-helper.ts'
import { createSingleFlight } from '../single-flight.ts'

/** What may be otherwise than usual. */
export interface DockerConfigDeps {
  /** Milliseconds, monotonic. */
  readonly now: () => number
  readonly askHelper: typeof askHelper
  /** Whether a registry is asked by plain http: what lies at its port 443 is another one then. None is, by default. */
  readonly isPlainHttp: (registry: string) => boolean
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
  registrytoken: z.string().nullish(),
})
const fileSchema = z.object({
  auths: z.record(z.string(), entrySchema).nullish(),
  credHelpers: z.record(z.string(), z.string()).nullish(),
  credsStore: z.string().nullish(),
})

interface Entry {
  /** As it is written, without scheme and path: what a helper knows it by. */
  readonly written: string
  /** Whether nothing but that is written. */
  readonly isBare: boolean
  readonly host: string
  readonly pathPrefix: string
  /** Read when first needed, so that one bad entry spoils no other. */
  readonly read: () => Credential | null
}

interface DockerConfig {
  readonly entries: readonly Entry[]
  readonly helpers: readonly (Omit<Entry, 'read'> & { readonly name: string })[]
  readonly store: string | null
}

const nothing: DockerConfig = { entries: [], helpers: [], store: null }

/**
 * Credentials that `docker login` left: `credHelpers`, then `credsStore`, then `auths` of Docker's `config.json`; what is
 * written of a host counts in upper case and with `:443` too. The file is read again when it changes; without the file
 * there are none. Where it names a host, nothing makes us a stranger there: a helper of its own that gives nothing, or an
 * empty entry without a store, is an error. A store, which is for all hosts, need not know each.
 */
export function dockerConfigCredentials(path: string, given: Partial<DockerConfigDeps> = {}): CredentialSource {
  const deps: DockerConfigDeps = { now: () => performance.now(), askHelper, isPlainHttp: () => false, ...given }
  const current = watchedFile(path, deps.now)
  const answers = new Map<string, { credential: Credential | null; until: number }>()
  const flights = createSingleFlight<Credential | null>()

  const askOnce = (name: string, server: string, signal: AbortSignal): Promise<Credential | null> => {
    const key = `${name}\n${server}`
    const known = answers.get(key)
    if (known && deps.now() < known.until) return Promise.resolve(known.credential)
    return flights.run(key, signal, async () => {
      const credential = await deps.askHelper(name, server, path)
      answers.set(key, { credential, until: deps.now() + helperMs })
      return credential
    })
  }
  const fromHelper = async (config: DockerConfig, asked: readonly RepositoryName[], signal: AbortSignal) => {
    const helper = helperOf(config, asked)
    const name = helper?.name ?? config.store
    if (name === null) return null
    for (const server of serversOf(config, asked, helper?.written)) {
      const found = await askOnce(name, server, signal)
      if (found) return found
    }
    return null
  }

  return async (repository, signal) => {
    const config = await current()
    const { registry } = repository
    const hasOtherName = !/:\d+$/.test(registry) && !deps.isPlainHttp(registry)
    const asked = [repository, ...(hasOtherName ? [{ ...repository, registry: `${registry}:443` }] : [])]
    const helped = await fromHelper(config, asked, signal)
    const found = helped ?? firstFound(asked, (each) => fromEntries(config.entries, each))
    const missing = found === null ? whatIsMissing(config, asked, registry) : null
    if (missing !== null) throw new AppError('CREDENTIALS_INVALID', `${path}: ${missing}`)
    return found
  }
}

const helperOf = ({ helpers }: DockerConfig, asked: readonly RepositoryName[]) =>
  firstFound(asked, (each) => longestMatch(helpers, each))

/** What the file says should be there for a registry that it has no credentials of; null where that is said nowhere. */
function whatIsMissing(config: DockerConfig, asked: readonly RepositoryName[], registry: string): string | null {
  const helper = helperOf(config, asked)
  if (helper !== null) {
    const said = `the credential helper ${quote(helper.name)} gave none for ${registry}`
    return `${said}; sign in as it wants, or take the host out of "credHelpers" to ask as a stranger`
  }
  const entry = config.store === null ? firstFound(asked, (each) => longestMatch(config.entries, each)) : null
  if (entry === null) return null
  const said = `the entry ${quote(entry.written)} of "auths" is empty, and no "credsStore" could know ${registry}`
  return `${said}; use docker login, or remove the entry to ask as a stranger`
}

/** What a helper may know the registry by: as we name it, as its entry does, and as those do that a login left. */
function serversOf({ entries }: DockerConfig, asked: readonly RepositoryName[], written?: string): readonly string[] {
  const usual = asked[0]?.registry ?? ''
  const logins = entries.filter(({ host, isBare }) => isBare && asked.some(({ registry }) => registry === host))
  const names = [usual === 'docker.io' ? hubKey : usual, written ?? usual, ...logins.map((each) => each.written)]
  return [...new Set(names)].filter((name) => usual !== 'docker.io' || name !== usual)
}

/** What a login left empty stands in the way of no other entry. */
function fromEntries(entries: readonly Entry[], repository: RepositoryName): Credential | null {
  let left = entries
  for (let best = longestMatch(left, repository); best !== null; best = longestMatch(left, repository)) {
    const found = best.read()
    if (found) return found
    const empty = best
    left = left.filter((each) => each !== empty)
  }
  return null
}

function firstFound<T, R>(list: readonly T[], find: (each: T) => R | null): R | null {
  for (const each of list) {
    const found = find(each)
    if (found !== null) return found
  }
  return null
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
