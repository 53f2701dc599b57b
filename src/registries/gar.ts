import { createHash } from 'node:crypto'
import { openAccessTokens } from '../clients/gar/access-tokens.ts'
import type { AccessTokens, GarAccess } from '../clients/gar/access-tokens.ts'
import { garPageSize, readGarTags } from '../clients/gar/tag-list.ts'
import type { ReadPages } from '../clients/gar/tag-list.ts'
import type { GarTag } from '../clients/gar/tag-record.ts'
import type { OciClient } from '../clients/oci/client.ts'
import { longestMatch } from '../clients/oci/credentials/credentials.ts'
import type { Credential, CredentialSource } from '../clients/oci/credentials/credentials.ts'
import { createRenewals } from '../clients/oci/credentials/renewals.ts'
import { fileVersion } from '../lib/file-version.ts'
import { questionsTo } from '../clients/oci/questions.ts'
import { fetchBy } from '../clients/oci/wire/fetch-by.ts'
import { createSingleFlight } from '../clients/oci/single-flight.ts'
import { AppError } from '../errors.ts'
import { conceal } from '../lib/secret.ts'
import type { Registry, Repository, TagDetail, Urgency } from './registry.ts'

export interface GarDeps {
  readonly client: OciClient
  /** User name and password of the configuration, such as `_json_key`; before all else. */
  readonly configured: CredentialSource
  /** What `gcloud auth configure-docker` and `docker login` left. */
  readonly dockerConfig: CredentialSource
  readonly host: string
  /** What is configured for the host, by path. */
  readonly entries: readonly GarEntry[]
  readonly clock: { elapsed(): number }
  /** Instead of the network, for signing in; for tests. */
  readonly fetch?: typeof fetch
}

/** The settings of an entry that are read here. */
export interface GarEntry {
  readonly host: string
  readonly path: string | null
  readonly gar: Pick<GarAccess, 'serviceAccountFile' | 'projectId'> | null
}

/** Whether this kind serves a host that the configuration does not name. */
export const servesGar = (host: string): boolean => /^((\w+\.)?gcr\.io|[a-z\d-]+\.pkg\.dev)$/.test(host)

/** Who makes the tokens, for places and pauses; with a workload identity or on a machine of Google it is another. */
const apiHost = 'oauth2.googleapis.com'
/** How long a file is taken as unchanged without a look. */
const freshMs = 1000
const never = new AbortController().signal

/** A way to sign in, open with what its file held at the time. */
interface OpenSignIn {
  readonly tokens: Promise<AccessTokens>
  readonly version: string
  readonly file: string | null
  freshUntil: number
}

/** How long a machine without credentials of Google is taken for one: looking for a metadata service takes seconds. */
const noneFoundMs = 5 * 60_000
/** Where an entry says that there are some: its metadata service may be up in a moment. */
const configuredNoneMs = 20_000

/** Google Artifact Registry, and gcr.io which it serves: an access token as password, and push times out of the tag list. */
export function createGar(deps: GarDeps): Registry {
  const { client, clock, host } = deps
  const entries = deps.entries.map((each) => ({ ...each, pathPrefix: each.path ?? '' }))
  const signIns = new Map<GarEntry | null, OpenSignIn>()
  const held = new Map<GarEntry | null, { token: string; credential: Credential }>()
  const flights = createSingleFlight<string | null>()
  const noneUntil = new Map<GarEntry | null, number>()
  const mayRenew = createRenewals<GarEntry | null>(clock)

  /** Opened anew when its file changed, which may happen while the token of the old one is still good. */
  const signInBy = async (entry: GarEntry | null): Promise<OpenSignIn> => {
    const { serviceAccountFile, projectId } = entry?.gar ?? { serviceAccountFile: null, projectId: null }
    const file = serviceAccountFile ?? (process.env['GOOGLE_APPLICATION_CREDENTIALS'] || null)
    const known = signIns.get(entry)
    if (known && clock.elapsed() < known.freshUntil) return known
    const freshUntil = clock.elapsed() + freshMs
    const version = file === null ? '' : await fileVersion(file)
    if (known?.version === version) {
      known.freshUntil = freshUntil
      return known
    }
    const tokens = openAccessTokens({
      serviceAccountFile,
      projectId,
      fetch: deps.fetch ?? fetchBy(client.vendorAgent(host)),
    })
    const opened = { tokens, version, file, freshUntil }
    signIns.set(entry, opened)
    // A file that is put right is read again.
    tokens.catch(() => signIns.delete(entry))
    return opened
  }
  const ask = async (entry: GarEntry | null, urgency: Urgency): Promise<string | null> => {
    const opened = await signInBy(entry)
    const account = opened.file ?? 'application default'
    const credential = createHash('sha256').update(`${account}\n${opened.version}`).digest('base64')
    const subject = `sign-in for ${host}`
    const work = { host: apiHost, registry: host, account, credential, subject, urgency }
    return client.throughGate(work, never, async () => {
      try {
        return await (await opened.tokens).get(subject)
      } catch (error) {
        signIns.delete(entry)
        throw error
      }
    })
  }
  const fromGoogle = async (entry: GarEntry | null, signal: AbortSignal, urgency: Urgency) => {
    if (clock.elapsed() < (noneUntil.get(entry) ?? -Infinity)) return null
    const key = String(entries.findIndex((each) => each === entry))
    const token = await flights.run(key, signal, () => ask(entry, urgency))
    if (token === null) {
      noneUntil.set(entry, clock.elapsed() + (entry === null ? noneFoundMs : configuredNoneMs))
      return null
    }
    const known = held.get(entry)
    if (known?.token === token) return known.credential
    // Not remembered as what to strike out of texts: a new one every hour would make that list grow for ever.
    const made = { username: 'oauth2accesstoken', password: conceal(token) }
    held.set(entry, { token, credential: made })
    return made
  }
  const credential: CredentialSource = async (repository, signal, urgency = 'wanted') => {
    const named = await deps.configured(repository, signal)
    if (named) return named
    const entry = longestMatch(entries, repository)
    const made = entry?.gar ? await fromGoogle(entry, signal, urgency) : null
    if (made) return made
    if (entry?.gar == null) {
      const ambient = () => fromGoogle(null, signal, urgency)
      const left = deps.dockerConfig(repository, signal)
      // What is missing in Docker's file may be there as the environment's or the machine's own.
      const lacking = async (error: unknown): Promise<Credential> => {
        const found = await ambient()
        if (found === null) throw error
        return found
      }
      return (await left.catch(lacking)) ?? ambient()
    }
    const found = await deps.dockerConfig(repository, signal)
    if (found) return found
    // Much on gcr.io is for everybody: without any credentials of Google we are strangers there, unless somebody is named.
    if (entry.gar.projectId === null) return null
    const message = `${host}: there are no credentials of Google for the project ${entry.gar.projectId}`
    throw new AppError(
      'CREDENTIALS_INVALID',
      `${message} in the configuration, the environment or a role of this machine`,
    )
  }

  const pagesOf =
    (repository: Repository, signal: AbortSignal, urgency: Urgency = 'wanted'): ReadPages =>
    (listing) =>
      client.readTagPages({ repository, urgency, ...listing }, signal)

  return {
    ...questionsTo(client),
    kind: 'gar',
    credential,
    credentialRefused(repository, refused) {
      const found = longestMatch(entries, repository)
      const entry = found?.gar ? found : null
      if (held.get(entry)?.credential !== refused || !mayRenew(entry)) return
      held.delete(entry)
      signIns.delete(entry)
    },
    listTags: (repository, signal, urgency) => client.listTags(repository, signal, urgency, garPageSize),
    async listDetails(repository, signal, urgency) {
      return (await readGarTags(pagesOf(repository, signal, urgency), null)).map(detailOf)
    },
    async describeTags(repository, { tags }, signal, urgency) {
      return (await readGarTags(pagesOf(repository, signal, urgency), new Set(tags))).map(detailOf)
    },
  }
}

const detailOf = ({ tag, digest, uploadedAt: pushedAt }: GarTag): TagDetail => ({
  tag,
  digest,
  pushedAt,
  source: 'gar-list',
  confidence: pushedAt === null ? 'none' : 'digest-first-push',
})
