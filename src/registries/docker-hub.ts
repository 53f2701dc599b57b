import { createHubToken, readHubPage } from '../clients/docker-hub/hub-api.ts'
import type { HubPage } from '../clients/docker-hub/hub-api.ts'
import type { OciClient } from '../clients/oci/client.ts'
import type { Credential, CredentialSource } from '../clients/oci/credentials/credentials.ts'
import { isIdentityToken } from '../clients/oci/credentials/credentials.ts'
import { questionsTo } from '../clients/oci/questions.ts'
import { createSingleFlight } from '../clients/oci/single-flight.ts'
import { AppError } from '../errors.ts'
import type { CallVendor } from '../lib/vendor-api.ts'
import type { PullBudget, Registry, TagDetail, WantedTags } from './registry.ts'

export interface DockerHubDeps {
  readonly client: OciClient
  /** User name and access token, of a person or of an organisation. */
  readonly credentials: CredentialSource
  readonly clock: { now(): number; elapsed(): number }
  /** Of Docker Hub's own API; tests have another. */
  readonly hubUrl?: string
  /** Where pulls are counted; tests have another. */
  readonly pullHost?: string
}

/** Whether this kind serves a host: the one name that references give Docker Hub. */
export const servesDockerHub = (host: string): boolean => host === 'docker.io'

/** Of a hundred tags; the largest repositories have about 50,000. */
const pagesMax = 2000
/** Its tokens live for ten minutes. */
const tokenUseMs = 8 * 60_000
/**
 * What looking at a new image and then pulling it costs: index, manifest, pull.
 *
 * Assumed of Docker Hub: an engine's pull by digest counts once for each platform, whatever it has already.
 */
const pullsPerRollout = 3

/** Docker Hub: digests by HEAD, which its limit of pulls does not count, and push times by its own API. */
export function createDockerHub(deps: DockerHubDeps): Registry {
  const { client, clock, hubUrl = 'https://hub.docker.com', pullHost = 'registry-1.docker.io' } = deps
  const questions = questionsTo(client)
  const tokens = createHubTokens(client, clock, hubUrl)
  const budgetFor = (account?: string): PullBudget | null => budgetOf(client, pullHost, account)

  return {
    ...questions,
    kind: 'docker-hub',
    async describe(repository, digest, platforms, signal, urgency = 'wanted') {
      const credential = await deps.credentials(repository, signal)
      // Whoever asks by hand spends the last ones as they like.
      if (urgency !== 'by-hand') {
        keepForPulls(budgetFor(credential?.username ?? ''), clock.now(), `docker.io/${repository.repository}`)
      }
      return questions.describe(repository, digest, platforms, signal, urgency)
    },
    async describeTags(repository, wanted, signal, urgency = 'wanted') {
      // Its own API knows images by account and name alone.
      if (repository.repository.split('/').length !== 2) return []
      const credential = await deps.credentials(repository, signal)
      const account = credential?.username ?? ''
      const call: CallVendor = (each, stop) => client.callApi({ ...each, urgency, account }, stop)
      const readAs = (page: number, token: string | null): Promise<HubPage> =>
        readHubPage(call, { url: hubUrl, repository: repository.repository, page, token }, signal)
      const read = (page: number): Promise<HubPage> =>
        credential === null ? readAs(page, null) : tokens.use(credential, signal, (token) => readAs(page, token))
      return untilKnown(wanted, read, `tags of docker.io/${repository.repository}`)
    },
    pullBudget: () => budgetFor(),
  }
}

/** Reads pages, newest first, until there can be nothing new. */
async function untilKnown(
  { tags, known }: WantedTags,
  read: (page: number) => Promise<HubPage>,
  subject: string,
): Promise<readonly TagDetail[]> {
  const wanted = new Set(tags)
  const found = new Map<string, TagDetail>()
  const seen = new Set<string>()
  let isOrdered = true
  let before = Infinity
  for (let page = 1; page <= pagesMax; page += 1) {
    const { tags: rows, isLast } = await read(page)
    const size = seen.size
    let isKnown = false
    for (const row of rows) {
      seen.add(row.name)
      isOrdered &&= row.updatedAt !== null && row.updatedAt <= before
      before = row.updatedAt ?? before
      const detail = detailOf(row)
      // The first row counts: what was pushed while we read moves the others to a later page.
      if (wanted.has(row.name) && !found.has(row.name)) found.set(row.name, detail)
      // What was pushed since the known were read was updated since too, and so stands before a row that was not.
      const isUntouched = row.updatedAt !== null && detail.pushedAt !== null && row.updatedAt <= detail.pushedAt
      isKnown ||= isUntouched && isSame(known.get(row.name), detail)
    }
    const isAllThere = tags.every((tag) => found.has(tag) || (isOrdered && isKnown && known.has(tag)))
    if (isLast || isAllThere) return tags.flatMap((tag) => found.get(tag) ?? (isLast ? [] : (known.get(tag) ?? [])))
    if (seen.size === size) throw new AppError('REGISTRY_INTEGRITY', `${subject}: page ${page} holds nothing new`)
  }
  throw new AppError('REGISTRY_TOO_LARGE', `${subject}: more than ${pagesMax} pages of tags`)
}

function detailOf({ name: tag, digest, pushedAt }: HubPage['tags'][number]): TagDetail {
  return { tag, digest, pushedAt, source: 'hub-api', confidence: pushedAt === null ? 'none' : 'exact' }
}

const isSame = (one: TagDetail | undefined, other: TagDetail): boolean =>
  one !== undefined && other.pushedAt !== null && one.pushedAt === other.pushedAt && one.digest === other.digest

/** What is left to an account, empty for strangers; without one the least that is left to any. */
function budgetOf(client: OciClient, pullHost: string, wanted?: string): PullBudget | null {
  const found = client
    .standing()
    .budgets.filter(({ host, account }) => host === pullHost && account === (wanted ?? account))
    .filter(({ windowMs }) => windowMs !== null)
  const [least] = found.toSorted((one, other) => one.remaining - other.remaining)
  if (!least || least.windowMs === null) return null
  const { limit, remaining, windowMs, observedAt, countedFor } = least
  return { limit, remaining, windowMs, observedAt, countedFor }
}

/** The last pulls belong to the engine: what we read of a new image would take from it what it needs to pull that. */
function keepForPulls(budget: PullBudget | null, now: number, subject: string): void {
  if (!budget || budget.remaining >= pullsPerRollout || now - budget.observedAt > budget.windowMs) return
  const retryAfterMs = Math.min(Math.max(budget.windowMs / 24, 60_000), 900_000)
  const left = `${budget.remaining} of ${budget.limit} pulls`
  const message = `${subject}: Docker Hub grants only ${left} more for now, too few to look at an image and pull it`
  throw new AppError('REGISTRY_RATE_LIMITED', message, { retryAfterMs })
}

interface HubTokens {
  /**
   * Asks with a token of the credential; once more with another one where it is refused, for it may have been withdrawn.
   * Where that is refused too, the refusal stands until a token is taken.
   */
  use<T>(credential: Credential, signal: AbortSignal, ask: (token: string) => Promise<T>): Promise<T>
}

/** Tokens for its own API, one for each credential, asked for again before they end. */
function createHubTokens(client: OciClient, clock: DockerHubDeps['clock'], url: string): HubTokens {
  const held = new WeakMap<Credential, { token: string; until: number }>()
  const flights = new WeakMap<Credential, ReturnType<typeof createSingleFlight<string>>>()
  /** Those whose tokens were made anew because one was refused, and not taken since. */
  const renewed = new WeakSet<Credential>()

  const tokenFor = async (credential: Credential, signal: AbortSignal): Promise<string> => {
    if (isIdentityToken(credential)) {
      throw new AppError('CREDENTIALS_INVALID', 'docker.io: push times need a user name with an access token')
    }
    const known = held.get(credential)
    if (known && clock.elapsed() < known.until) return known.token
    const flight = flights.get(credential) ?? createSingleFlight<string>()
    flights.set(credential, flight)
    return flight.run('', signal, async () => {
      const until = clock.elapsed() + tokenUseMs
      const { username, password } = credential
      // The work belongs to all who wait: no one's signal stops it.
      const token = await createHubToken(client.callApi, { url, username, password: password.reveal() }, never)
      held.set(credential, { token, until })
      return token
    })
  }
  /** @returns whether there is another one to try, or may be */
  const replace = (credential: Credential, refused: string): boolean => {
    if (held.get(credential)?.token !== refused) return true // somebody else was refused too, and was first
    if (renewed.has(credential)) return false
    renewed.add(credential)
    return held.delete(credential)
  }

  return {
    async use(credential, signal, ask) {
      const askAs = async (token: string) => {
        const answer = await ask(token)
        renewed.delete(credential)
        return answer
      }
      const first = await tokenFor(credential, signal)
      try {
        return await askAs(first)
      } catch (error) {
        const isRefused = error instanceof AppError && error.code === 'REGISTRY_UNAUTHORIZED'
        if (!isRefused || !replace(credential, first)) throw error
      }
      return askAs(await tokenFor(credential, signal))
    },
  }
}

const never = new AbortController().signal
