import { readHarborTags } from '../clients/harbor/artifacts.ts'
import type { OciClient } from '../clients/oci/client.ts'
import { isIdentityToken } from '../clients/oci/credentials/credentials.ts'
import type { CredentialSource } from '../clients/oci/credentials/credentials.ts'
import { endpointOf } from '../clients/oci/endpoint.ts'
import { refusedAt } from '../clients/oci/failure.ts'
import { questionsTo } from '../clients/oci/questions.ts'
import { basicHeader } from '../clients/oci/credentials/basic-header.ts'
import { AppError } from '../errors.ts'
import { isDeepStrictEqual } from 'node:util'
import type { CallVendor } from '../lib/vendor-api.ts'
import type { Registry, Repository, TagDetail } from './registry.ts'

export interface HarborDeps {
  readonly client: OciClient
  /** Mostly a robot account: `robot$project+name`. */
  readonly credentials: CredentialSource
  /** What is configured for the host. */
  readonly entries: readonly HarborEntry[]
}

/** The settings of an entry that are read here. */
export interface HarborEntry {
  readonly host: string
  readonly plainHttp: boolean
  readonly harbor: { readonly url: string | null } | null
}

/** Harbor: digests by HEAD, which counts as no pull, and push times by its own API. */
export function createHarbor({ client, credentials, entries }: HarborDeps): Registry {
  const questions = questionsTo(client)
  const hosts = Object.fromEntries(entries.map(({ host, plainHttp }) => [host, plainHttp ? { plainHttp } : {}]))
  /** Images of Docker Hub behind a proxy cache, by the name without `library/`. */
  const inLibrary = new Set<string>()

  /**
   * Harbor sends what asks for a manifest of `cache/nginx` on to `cache/library/nginx`, for which a token for the first
   * is none. Asked again under the second name when Harbor itself led there, and never because something is not to be
   * found: a project may well have both, of which one says nothing of the other. Two names alone can be such an image.
   *
   * Assumed of Harbor: `project/nginx` leads to `project/library/nginx` in a proxy cache of Docker Hub alone.
   *
   * @param lead asks for a manifest, where `ask` is a question that is not sent on
   */
  const throughLibrary = async <T>(
    repository: Repository,
    ask: (named: Repository) => Promise<T>,
    lead?: Lead,
  ): Promise<T> => {
    const path = repository.repository
    const [project = '', name = '', ...more] = path.split('/')
    if (more.length > 0) return ask(repository)
    const named = { ...repository, repository: `${project}/library/${name}` }
    if (inLibrary.has(path)) return ask(named)
    try {
      return await ask(repository)
    } catch (error) {
      if (!(error instanceof AppError) || !refusals.has(error.code)) throw error
      const isLed = lead === undefined ? isRefusedAt(named, error) : await leadsTo(named, repository, lead)
      if (!isLed) throw error
      const answer = await ask(named).catch(() => null)
      if (answer === null) throw error
      inLibrary.add(path)
      return answer
    }
  }

  return {
    ...questions,
    kind: 'harbor',
    resolve: (repository, tag, known, signal, urgency, by) =>
      throughLibrary(repository, async (named) => {
        try {
          return await questions.resolve(named, tag, known, signal, urgency, by)
        } catch (error) {
          if (!(error instanceof AppError) || error.code !== 'REGISTRY_BLOCKED') throw error
          // The answer to a HEAD has no words: why the project's policy forbids the image, only a GET tells.
          const { manifest: _read, ...head } = await client.getManifest(named, tag, signal)
          return head
        }
      }),
    describe: (repository, ...question) =>
      throughLibrary(repository, (named) => questions.describe(named, ...question)),
    readConfig: (repository, ...question) =>
      throughLibrary(repository, (named) => questions.readConfig(named, ...question)),
    listTags: (repository, signal, urgency) =>
      throughLibrary(
        repository,
        (named) => questions.listTags(named, signal, urgency),
        (from) => questions.resolve(from, anyTag, null, signal, urgency),
      ),
    describeTags: (repository, { tags }, signal, urgency = 'wanted') => {
      const lead: Lead = (from) => questions.resolve(from, tags[0] ?? anyTag, null, signal, urgency)
      const tell = async (named: Repository): Promise<readonly TagDetail[]> => {
        const credential = await credentials(named, signal)
        const account = credential?.username ?? ''
        const call: CallVendor = (each, stop) => client.callApi({ ...each, urgency, account }, stop)
        if (credential && isIdentityToken(credential)) {
          const message = `${named.registry}: push times need a user name and a password, no identity token`
          throw new AppError('CREDENTIALS_INVALID', message)
        }
        const authorization = credential && basicHeader(credential)
        const url = entries.find(({ harbor }) => harbor?.url)?.harbor?.url ?? endpointOf(named.registry, hosts).origin
        const question = { url: url.replace(/\/+$/, ''), repository: named.repository, authorization }
        const isEnough = (names: ReadonlySet<string>): boolean => tags.every((tag) => names.has(tag))
        const found = await readHarborTags(call, question, isEnough, signal)
        return tags.flatMap((tag) => {
          const row = found.get(tag)
          if (!row) return []
          const { digest, pushedAt } = row
          return { tag, digest, pushedAt, source: 'harbor-api', confidence: pushedAt === null ? 'none' : 'exact' }
        })
      }
      return throughLibrary(repository, tell, lead)
    },
  }
}

/** Asks for a manifest of a repository, which Harbor may send on. */
type Lead = (from: Repository) => Promise<unknown>

/** Whether Harbor sent a question for a manifest on: by where it was refused, or by the same answer under both names. */
async function leadsTo(named: Repository, repository: Repository, lead: Lead): Promise<boolean> {
  const led = await lead(repository).catch((refusal: unknown) => refusal)
  if (led instanceof AppError) return isRefusedAt(named, led)
  const there = await lead(named).catch(() => null)
  return there !== null && isDeepStrictEqual(led, there)
}

const isRefusedAt = ({ repository }: Repository, refusal: AppError): boolean =>
  refusedAt(refusal)?.startsWith(`/v2/${repository}/`) === true

/** Harbor sends on before it looks whether there is such a tag. */
const anyTag = 'latest'

const refusals = new Set([
  'REGISTRY_UNAUTHORIZED',
  'REGISTRY_FORBIDDEN',
  'REGISTRY_NOT_FOUND',
  'REGISTRY_REPOSITORY_UNKNOWN',
])
