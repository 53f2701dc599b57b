import { findGitlabRepository, readGitlabTag } from '../clients/gitlab/container-registry.ts'
import type { GitlabCaller, GitlabRepository } from '../clients/gitlab/container-registry.ts'
import type { OciClient } from '../clients/oci/client.ts'
import type { CredentialSource } from '../clients/oci/credentials/credentials.ts'
import { isIdentityToken, longestMatch } from '../clients/oci/credentials/credentials.ts'
import { questionsTo } from '../clients/oci/questions.ts'
import { AppError } from '../errors.ts'
import type { Secret } from '../lib/secret.ts'
import type { CallVendor } from '../lib/vendor-api.ts'
import type { Registry, Repository, TagDetail } from './registry.ts'

export interface GitlabDeps {
  readonly client: OciClient
  readonly credentials: CredentialSource
  /** Those of the configuration alone. */
  readonly configured: CredentialSource
  /** What is configured for the host, by path. */
  readonly entries: readonly GitlabEntry[]
  /** The machine's own when left out. */
  readonly clock?: { elapsed(): number }
}

/** The settings of an entry that are read here. */
export interface GitlabEntry {
  readonly host: string
  /** Written by a person when left out. */
  readonly hostFrom?: 'entry' | 'guess' | 'instance'
  readonly path: string | null
  readonly gitlab: { readonly url: string; readonly token: Secret | null } | null
}

/** Whether this kind serves a host that the configuration does not name. */
export const servesGitlab = (host: string): boolean => host === 'registry.gitlab.com'

const gitlabCom = 'https://gitlab.com'
/**
 * An image may lie so many names below its project.
 *
 * Assumed of GitLab: an image lies at most three names below its project.
 */
const namesBelowProjectMax = 3
/** How long what was told before an answer failed is good: tags move meanwhile. */
const keptMs = 30 * 60_000
const monotonic = { elapsed: () => performance.now() }
/** Tags asked for at a time. */
const batch = 32

/** The registry of a GitLab instance: push times by GitLab's own API, one call for each tag that is not known. */
export function createGitlab({ client, credentials, configured, entries, clock = monotonic }: GitlabDeps): Registry {
  const places = new Map<string, GitlabRepository>()
  /** By repository, what was told before an answer failed: or thousands of tags would begin anew each time. */
  const learned = new Map<string, { readonly found: Map<string, TagDetail>; readonly until: number }>()

  // What Docker's file has for a host was meant for that host; one that named it itself would be sent it.
  const source = entries.some(({ hostFrom }) => hostFrom === 'instance') ? configured : credentials

  const callerFor = async (
    callAs: (account: string) => CallVendor,
    repository: Repository,
    signal: AbortSignal,
  ): Promise<GitlabCaller | null> => {
    const known = entries.map((each) => ({ ...each, pathPrefix: each.path ?? '' }))
    const settings = longestMatch(known, repository)?.gitlab
    // All entries of a host are of one instance. Whose instance it is must be said: a token is sent there.
    const ownUrl = servesGitlab(repository.registry) ? gitlabCom : undefined
    const url = settings?.url ?? entries.find(({ gitlab }) => gitlab !== null)?.gitlab?.url ?? ownUrl
    if (url === undefined) return null
    const caller = { call: callAs(''), url }
    if (settings?.token) return { ...caller, headers: { 'private-token': settings.token.reveal() } }
    const credential = await source(repository, signal)
    if (credential === null) return { ...caller, headers: {} }
    if (isIdentityToken(credential)) {
      throw new AppError('CREDENTIALS_INVALID', `${repository.registry}: push times need a token of GitLab's own API`)
    }
    const { username, password } = credential
    // They are for the registry alone.
    // Assumed of GitLab: a deploy token whose user nobody named has the user `gitlab+deploy-token-` with a number.
    if (/^gitlab\+deploy-token-\d+$/.test(username)) return null
    // Assumed of GitLab: a job token may read the tags of its project by the API, and personal, group and project tokens
    // are taken as `private-token` whatever the user name beside them.
    const header = username === 'gitlab-ci-token' ? 'job-token' : 'private-token'
    return { call: callAs(username), url, headers: { [header]: password.reveal() } }
  }

  const locate = async (caller: GitlabCaller, repository: Repository, signal: AbortSignal) => {
    const { repository: path } = repository
    const known = places.get(path)
    if (known) return known
    for (const project of projectsOf(path)) {
      const found = await findGitlabRepository(caller, project, path, signal)
      if (!found) continue
      places.set(path, found)
      return found
    }
    const message = `${repository.registry}/${path}: ${caller.url} shows no such repository to this token`
    throw new AppError('REGISTRY_NOT_FOUND', `${message}; it needs read_api, and Reporter where it is private`)
  }

  return {
    ...questionsTo(client),
    kind: 'gitlab',
    async describeTags(repository, { tags, known }, signal, urgency = 'wanted') {
      const path = repository.repository
      const before = learned.get(path)
      const isFresh = before !== undefined && clock.elapsed() < before.until
      const { found, until } = isFresh
        ? before
        : { found: new Map<string, TagDetail>(), until: clock.elapsed() + keptMs }
      const unknown = tags.filter((tag) => !known.has(tag) && !found.has(tag))
      const old = tags.flatMap((tag) => known.get(tag) ?? found.get(tag) ?? [])
      if (unknown.length === 0) return old
      const callAs =
        (account: string): CallVendor =>
        (each, stop) =>
          client.callApi({ ...each, urgency, account }, stop)
      const caller = await callerFor(callAs, repository, signal)
      if (caller === null) return old
      learned.set(path, { found, until })
      const wasKnown = places.has(path)
      const read = async (): Promise<boolean> => {
        const place = await locate(caller, repository, signal)
        let hasAny = false
        for (let start = 0; start < unknown.length; start += batch) {
          const some = unknown.slice(start, start + batch)
          const details = await Promise.all(some.map((tag) => readDetail(caller, place, tag, signal)))
          for (const each of details) {
            if (each === null) continue
            hasAny = true
            found.set(each.tag, each)
          }
        }
        return hasAny
      }
      if (!(await read()) && wasKnown) {
        // A repository that was made anew has another number, under which nothing is to be found by the old one.
        const former = places.get(path)?.id
        places.delete(path)
        if ((await locate(caller, repository, signal)).id !== former) await read()
      }
      learned.delete(path)
      return [...old, ...unknown.flatMap((tag) => found.get(tag) ?? [])]
    },
  }
}

async function readDetail(
  caller: GitlabCaller,
  place: GitlabRepository,
  tag: string,
  signal: AbortSignal,
): Promise<TagDetail | null> {
  const found = await readGitlabTag(caller, place, tag, signal)
  if (!found) return null
  const { digest, createdAt } = found
  // Assumed of GitLab: `created_at` of a tag is the build time of its image on instances without the metadata database,
  // and the making of the tag on others.
  return { tag, digest, pushedAt: createdAt, source: 'gitlab-api', confidence: createdAt === null ? 'none' : 'created' }
}

/** `team/app/web` is an image of one of these projects: itself, `team/app`. */
function projectsOf(path: string): readonly string[] {
  const names = path.split('/')
  const lengths = Array.from({ length: namesBelowProjectMax + 1 }, (_, below) => names.length - below)
  return lengths.filter((length) => length >= 2).map((length) => names.slice(0, length).join('/'))
}
