import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Digest } from '../../image/digest.ts'
import { isDigest } from '../../image/digest.ts'
import { parseBoundedJson } from '../../lib/bounded-json.ts'
import { jsonOf, misshapen } from '../../lib/vendor-api.ts'
import type { CallVendor, VendorAnswer, VendorCall } from '../../lib/vendor-api.ts'

/** Where an instance is, and who asks. */
export interface GitlabCaller {
  readonly call: CallVendor
  /** `https://gitlab.example.com` */
  readonly url: string
  /** As headers have it: `private-token` or `job-token`; none as a stranger. */
  readonly headers: Readonly<Record<string, string>>
}

/** A repository of the registry, as GitLab's own API names it. */
export interface GitlabRepository {
  readonly project: string
  readonly id: number
}

/** What GitLab tells of a tag. */
export interface GitlabTag {
  readonly digest: Digest | null
  /** Milliseconds since 1970. */
  readonly createdAt: number | null
}

const repositoriesSchema = z.array(z.object({ id: z.int(), path: z.string() }))
const tagSchema = z.object({ digest: z.string().nullish(), created_at: z.string().nullish() })
const absentSchema = z.object({ message: z.string().startsWith('404 ') })
const projectSchema = z.object({ container_registry_image_prefix: z.string().nullish() })

/** Repositories of one project; more than any has, and bounded. */
const pagesMax = 100

/**
 * Finds the repository with this path among those of a project.
 *
 * @param project with its groups: `team/backend/app`
 * @returns null when there is no such project, or none that the caller may see: GitLab does not tell which
 */
export async function findGitlabRepository(
  caller: GitlabCaller,
  project: string,
  path: string,
  signal: AbortSignal,
): Promise<GitlabRepository | null> {
  let url: URL | null = new URL(`${projectUrl(caller, project)}/registry/repositories?per_page=100`)
  for (let page = 0; url !== null && page < pagesMax; page += 1) {
    const request: VendorCall = requestOf(caller, url, `repositories of ${project}`)
    const answer = await caller.call(request, signal)
    if (saysAbsent(answer)) return null
    const found = repositoriesSchema.safeParse(jsonOf(answer, request))
    if (!found.success) throw misshapen(request, found.error)
    const repository = found.data.find((each) => each.path === path)
    if (repository) return { project, id: repository.id }
    url = answer.next
  }
  return null
}

/** One tag of a repository; null when there is none of this name. */
export async function readGitlabTag(
  caller: GitlabCaller,
  { project, id }: GitlabRepository,
  tag: string,
  signal: AbortSignal,
): Promise<GitlabTag | null> {
  const url = new URL(`${projectUrl(caller, project)}/registry/repositories/${id}/tags/${encodeURIComponent(tag)}`)
  const request = requestOf(caller, url, `tag ${tag} of ${project}`)
  const answer = await caller.call(request, signal)
  if (saysAbsent(answer)) return null
  const found = tagSchema.safeParse(jsonOf(answer, request))
  if (!found.success) throw misshapen(request, found.error)
  const { digest, created_at: createdAt } = found.data
  const time = Date.parse(createdAt ?? '')
  return {
    digest: typeof digest === 'string' && isDigest(digest) ? digest : null,
    createdAt: Number.isNaN(time) ? null : time,
  }
}

/**
 * The host of the registry that belongs to an instance, as one of its projects has it: said by the instance, and not to
 * be asked before somebody has looked whose it is.
 *
 * @throws REGISTRY_NOT_FOUND when the project has none
 */
export async function readRegistryHost(caller: GitlabCaller, project: string, signal: AbortSignal): Promise<string> {
  const request = requestOf(caller, new URL(projectUrl(caller, project)), `project ${project}`)
  const found = projectSchema.safeParse(jsonOf(await caller.call(request, signal), request))
  if (!found.success) throw misshapen(request, found.error)
  const prefix = found.data.container_registry_image_prefix
  const host = prefix?.split('/', 1)[0] ?? ''
  const parsed = URL.parse(`https://${host}/`)
  // Only as it is asked in the end: `0x7f.1` and `a.b:99999` would be another host, and none.
  const isHost = /^(?:[a-z\d.-]+|\[[a-f\d:]+\])(?::\d{1,5})?$/.test(host)
  if (isHost && parsed !== null && [parsed.host, `${parsed.host}:443`].includes(host)) return host
  throw new AppError('REGISTRY_NOT_FOUND', `${request.subject}: ${request.url.host} names no registry for it`)
}

/**
 * Whether GitLab itself says that there is no such thing: what stands before it may answer 404 while it is away.
 *
 * Assumed of GitLab: its API says so in JSON, by a `message` that begins with the number, such as `404 Tag Not Found`.
 */
function saysAbsent({ status, body }: VendorAnswer): boolean {
  if (status !== 404) return false
  try {
    return absentSchema.safeParse(parseBoundedJson(body)).success
  } catch {
    return false
  }
}

function projectUrl({ url }: GitlabCaller, project: string): string {
  return `${url}/api/v4/projects/${encodeURIComponent(project)}`
}

function requestOf({ headers }: GitlabCaller, url: URL, subject: string): VendorCall {
  return { method: 'GET', url, headers, subject }
}
