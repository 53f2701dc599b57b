import { createHash } from 'node:crypto'
import { openEcr, openEcrPublic } from '../clients/ecr/ecr-api.ts'
import type { EcrAccess, EcrApi } from '../clients/ecr/ecr-api.ts'
import { isEcrPublic, readEcrHost } from '../clients/ecr/host.ts'
import { awsKeyFiles } from '../clients/ecr/key-files.ts'
import type { OciClient } from '../clients/oci/client.ts'
import { createCredential, longestMatch } from '../clients/oci/credentials/credentials.ts'
import type { Credential, CredentialSource } from '../clients/oci/credentials/credentials.ts'
import { createRenewals } from '../clients/oci/credentials/renewals.ts'
import { fileVersion } from '../lib/file-version.ts'
import { questionsTo } from '../clients/oci/questions.ts'
import { createSingleFlight } from '../clients/oci/single-flight.ts'
import { AppError } from '../errors.ts'
import type { Registry, TagDetail, Urgency } from './registry.ts'

export interface EcrDeps {
  readonly client: OciClient
  /** User name and password of the configuration; before all else. */
  readonly configured: CredentialSource
  /** What `docker login` left; a password of ECR there ends after twelve hours, so it comes last. */
  readonly dockerConfig: CredentialSource
  readonly host: string
  /** What is configured for the host, by path. */
  readonly entries: readonly EcrEntry[]
  readonly clock: { now(): number; elapsed(): number }
}

/** The settings of an entry that are read here. */
export interface EcrEntry {
  readonly host: string
  readonly path: string | null
  readonly ecr: (Pick<EcrAccess, 'keys' | 'profile'> & { readonly region: string | null }) | null
}

/** Whether this kind serves a host that the configuration does not name. */
export const servesEcr = (host: string): boolean => readEcrHost(host) !== null || isEcrPublic(host)

/** Used for this part of their lives, so that none ends on the way to the engine. */
const usablePart = 0.8
/** How long a machine without AWS credentials is taken for one: looking for a role takes seconds. */
const noneFoundMs = 5 * 60_000
/** How long the files of keys are taken as unchanged without a look, while there is a password. */
const freshMs = 1000

interface Held {
  readonly credential: Credential | null
  readonly until: number
  /** Of the files that its keys are out of. */
  readonly version: string
}

/** An API, open with what its files held at the time. */
interface Opened {
  readonly api: Promise<EcrApi>
  readonly version: string
}

/** Amazon ECR, private and public: a password of twelve hours, made by its API, and push times by `DescribeImages`. */
export function createEcr(deps: EcrDeps): Registry {
  const { client, clock, host } = deps
  const entries = deps.entries.map((each) => ({ ...each, pathPrefix: each.path ?? '' }))
  const isPublic = isEcrPublic(host)
  const apis = new Map<EcrEntry | null, Opened>()
  const held = new Map<EcrEntry | null, Held>()
  const flights = createSingleFlight<Held>()
  const mayRenew = createRenewals<EcrEntry | null>(clock)
  let files = { version: '', freshUntil: -Infinity }

  const drop = (entry: EcrEntry | null, { api }: Opened): void => {
    if (apis.get(entry)?.api === api) apis.delete(entry)
    api.then((opened) => opened.close()).catch(() => {}) // it never opened
  }
  const filesVersion = async (): Promise<string> => {
    const version = (await Promise.all(awsKeyFiles().map(fileVersion))).join('\n')
    files = { version, freshUntil: clock.elapsed() + freshMs }
    return version
  }
  /** @returns empty where the keys are those of the configuration */
  const versionFor = async (entry: EcrEntry | null): Promise<string> => {
    if (entry?.ecr?.keys) return ''
    return clock.elapsed() < files.freshUntil ? files.version : filesVersion()
  }
  const apiFor = async (entry: EcrEntry | null): Promise<Opened> => {
    const version = entry?.ecr?.keys ? '' : await filesVersion()
    const known = apis.get(entry)
    if (known?.version === version) return known
    if (known) drop(entry, known)
    const opened = { api: openApi(host, entry, client.vendorAgent(host)), version }
    opened.api.catch(() => drop(entry, opened))
    apis.set(entry, opened)
    return opened
  }
  /** Asks again with keys that are looked for anew: those of a role or a sign-on may have ended just now. */
  const askAnew = async <T>(entry: EcrEntry | null, first: Opened, ask: (api: EcrApi) => Promise<T>): Promise<T> => {
    try {
      return await ask(await first.api)
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'REGISTRY_UNAUTHORIZED' || entry?.ecr?.keys) throw error
      drop(entry, first)
      const second = await apiFor(entry)
      return ask(await second.api).catch((refusal: unknown) => {
        drop(entry, second)
        throw refusal
      })
    }
  }
  /** Who signs in with a file that changed is not taken for who was refused. */
  const asking = async <T>(
    entry: EcrEntry | null,
    { subject, urgency }: { readonly subject: string; readonly urgency: Urgency },
    signal: AbortSignal,
    ask: (api: EcrApi) => Promise<T>,
  ): Promise<T> => {
    const opened = await apiFor(entry)
    const { keys, profile, region } = entry?.ecr ?? { keys: null, profile: null, region: null }
    const account = keys?.accessKeyId ?? (profile === null ? 'AWS' : `profile ${profile}`)
    const credential = createHash('sha256').update(`${account}\n${opened.version}`).digest('base64')
    const apiHost = `api.ecr.${region ?? readEcrHost(host)?.region ?? 'us-east-1'}`
    const work = { host: apiHost, registry: host, account, credential, subject, urgency }
    return client.throughGate(work, signal, () => askAnew(entry, opened, ask))
  }
  const renew = async (entry: EcrEntry | null, version: string, urgency: Urgency): Promise<Held> => {
    try {
      const subject = `sign-in for ${host}`
      const { password, expiresAt } = await asking(entry, { subject, urgency }, never, (api) =>
        api.createPassword(subject, never),
      )
      const lifeMs = Math.max(expiresAt - clock.now(), 0)
      return { credential: createCredential('AWS', password), until: clock.elapsed() + lifeMs * usablePart, version }
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'CREDENTIALS_INVALID') throw error
      // Where the entry names credentials, these are the only ones.
      if (entry?.ecr?.profile || entry?.ecr?.keys) throw error
      return { credential: null, until: clock.elapsed() + noneFoundMs, version }
    }
  }
  /** Made anew with new keys; while these make none, the one of the old keys goes on to its end. */
  const heldFor = async (entry: EcrEntry | null, signal: AbortSignal, urgency: Urgency): Promise<Held> => {
    const version = await versionFor(entry)
    const known = held.get(entry)
    const isGood = known !== undefined && clock.elapsed() < known.until
    if (isGood && known.version === version) return known
    const key = `${entries.findIndex((each) => each === entry)} ${version}`
    const made = await flights
      .run(key, signal, () => renew(entry, version, urgency))
      .catch((error: unknown) => {
        if (!isGood || known.credential === null || signal.aborted) throw error
        return { ...known, version }
      })
    const current = isGood && made.credential === null ? { ...known, version } : made
    held.set(entry, current)
    return current
  }
  const credential: CredentialSource = async (repository, signal, urgency = 'wanted') => {
    const named = await deps.configured(repository, signal)
    if (named) return named
    const entry = longestMatch(entries, repository)
    // Strangers may read the public one; signing in to it takes rights of its own.
    if (isPublic && !entry?.ecr) return deps.dockerConfig(repository, signal)
    const current = await heldFor(entry, signal, urgency)
    const found = current.credential ?? (await deps.dockerConfig(repository, signal))
    if (found) return found
    const message = `${host}: there are no AWS credentials in the configuration, the environment or a role of this machine`
    throw new AppError('CREDENTIALS_INVALID', message)
  }

  return {
    ...questionsTo(client),
    kind: 'ecr',
    credential,
    credentialRefused(repository, refused) {
      const entry = longestMatch(entries, repository)
      if (held.get(entry)?.credential === refused && mayRenew(entry)) held.delete(entry)
    },
    async describeTags(repository, { tags }, signal, urgency = 'wanted') {
      const subject = `images of ${host}/${repository.repository}`
      // Amazon tells of nobody's images but one's own.
      if (isPublic) return []
      const account = readEcrHost(host)?.account ?? null
      const images = await asking(longestMatch(entries, repository), { subject, urgency }, signal, (api) =>
        api.listImages(account, repository.repository, subject, signal),
      )
      const wanted = new Set(tags)
      return images.flatMap(({ digest, tags: names, pushedAt }) =>
        names
          .filter((tag) => wanted.has(tag))
          .map((tag): TagDetail => ({
            tag,
            digest,
            pushedAt,
            source: 'ecr-api',
            confidence: pushedAt === null ? 'none' : 'digest-first-push',
          })),
      )
    },
    close() {
      client.close()
      for (const [entry, opened] of apis) drop(entry, opened)
    },
  }
}

const never = new AbortController().signal

async function openApi(host: string, entry: EcrEntry | null, agent: EcrAccess['agent']): Promise<EcrApi> {
  const { region, keys, profile } = entry?.ecr ?? { region: null, keys: null, profile: null }
  if (isEcrPublic(host)) return openEcrPublic({ isFips: false, isDualStack: false, keys, profile, agent })
  const told = readEcrHost(host)
  const chosen = region ?? told?.region
  if (chosen === undefined) {
    throw new AppError('CREDENTIALS_INVALID', `${host} does not tell its region; name it with ecr.region`)
  }
  const { isFips = false, isDualStack = false } = told ?? {}
  return openEcr({ region: chosen, isFips, isDualStack, keys, profile, agent })
}
