import { AppError } from '../../../errors.ts'
import { quote } from '../../../image/quote.ts'
import { longestMatch } from './credentials.ts'
import type { Credential, CredentialSource, RepositoryName } from './credentials.ts'
import { askHelper } from './credential-helper.ts'
import { hubKey, watchDockerConfig } from './docker-config-file.ts'
import type { DockerConfig, Entry } from './docker-config-file.ts'
import { fingerprint } from '../sign-in/fingerprint.ts'
import { createSingleFlight } from '../single-flight.ts'

/** What may be otherwise than usual. */
export interface DockerConfigDeps {
  /** Milliseconds, monotonic. */
  readonly now: () => number
  /** Whether the file has to be there, as somebody named it. */
  readonly isNamed: boolean
  /** Told why the file cannot be read now, once, and null when it can be again. What it had is used meanwhile. */
  readonly tell: (error: AppError | null) => void
  readonly askHelper: typeof askHelper
  /** Whether a registry is asked by plain http: what lies at its port 443 is another one then. None is, by default. */
  readonly isPlainHttp: (registry: string) => boolean
}

const usualDeps: DockerConfigDeps = {
  now: () => performance.now(),
  isNamed: false,
  tell: () => {},
  askHelper,
  isPlainHttp: () => false,
}

/** How long a helper's answer is used; those for clouds hand out passwords that end. */
const helperMs = 60_000

/**
 * Credentials that `docker login` left: `credHelpers`, then `credsStore`, then `auths` of Docker's `config.json`; what is
 * written of a host counts in upper case and with `:443` too. The file is read again when it changes; without one that
 * nobody named there are none. Where it names a host, nothing makes us a stranger there: a helper of its own that gives nothing, or an
 * empty entry without a store, is an error. A store, which is for all hosts, need not know each.
 */
export function dockerConfigCredentials(path: string, given: Partial<DockerConfigDeps> = {}): CredentialSource {
  const deps: DockerConfigDeps = { ...usualDeps, ...given }
  const current = watchDockerConfig(path, deps)
  const answers = new Map<string, { credential: Credential | null; until: number }>()
  const flights = createSingleFlight<Credential | null>()

  const askOnce = (name: string, server: string, signal: AbortSignal): Promise<Credential | null> => {
    const key = `${name}\n${server}`
    const known = answers.get(key)
    if (known && deps.now() < known.until) return Promise.resolve(known.credential)
    return flights.run(key, signal, async () => {
      const made = await deps.askHelper(name, server, path)
      // As long as it is the same it is the same object: others remember what they got for it.
      const credential =
        fingerprint(made) === fingerprint(known?.credential ?? null) ? (known?.credential ?? null) : made
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
