import { json } from '../registry/dialect.ts'
import type { Dialect, DialectTools } from '../registry/dialect.ts'
import type { Content } from '../registry/content.ts'
import type { Reply } from '../registry/reply.ts'
import type { Incoming } from '../registry/routes.ts'

export interface GitlabOptions {
  /** Of a person, a project or a group. */
  readonly token: string
  readonly jobToken?: string
  /** With their groups; the repositories of the registry at or below one are its own. */
  readonly projects: readonly string[]
  /** What projects say of the registry; the fake's own host when left out. */
  readonly registryHost?: string
}

const projectPath = /^\/api\/v4\/projects\/([^/]+)(?:\/registry\/repositories(?:\/(\d+)\/tags\/([^/]+))?)?$/

/** A GitLab instance with its registry at one address. @see GitLab, "Container registry API" and "Projects API" */
export function gitlabDialect(options: GitlabOptions): Dialect {
  return {
    answer(incoming, tools) {
      const { url, headers } = incoming
      if (url.pathname === '/jwt/auth') return tools.signIn.token(headers['authorization'] as string, url.searchParams)
      const [path, id = '', repositoryId, tag] = projectPath.exec(url.pathname) ?? []
      if (path === undefined) return null
      const refusal = refuse(options, incoming)
      if (refusal) return refusal
      const project = decodeURIComponent(id)
      if (!options.projects.includes(project)) return json({ message: '404 Project Not Found' }, {}, 404)
      const mine = repositoriesOf(tools.content, options.projects, project)
      if (!path.includes('/registry/')) return showProject(options, project, tools)
      if (repositoryId === undefined) return listRepositories(mine, url, tools)
      return showTag(mine, Number(repositoryId), decodeURIComponent(tag ?? ''), tools)
    },
  }
}

/** A wrong token is refused; none at all sees nothing of what is private. */
function refuse({ token, jobToken }: GitlabOptions, { headers }: Incoming): Reply | null {
  const given = headers['private-token'] ?? headers['job-token']
  if (given === undefined) return json({ message: '404 Project Not Found' }, {}, 404)
  const isWelcome = headers['private-token'] === token || (jobToken !== undefined && headers['job-token'] === jobToken)
  return isWelcome ? null : json({ message: '401 Unauthorized' }, {}, 401)
}

interface Listed {
  readonly id: number
  readonly path: string
}

/** Numbered over all projects, as ids are. */
function repositoriesOf(content: Content, projects: readonly string[], project: string): readonly Listed[] {
  const isBelow = (path: string, each: string): boolean => path === each || path.startsWith(`${each}/`)
  const ownerOf = (path: string) =>
    projects.filter((each) => isBelow(path, each)).toSorted((one, other) => other.length - one.length)[0]
  const all = content.repositories().map((path, index) => ({ id: index + 1, path }))
  return all.filter(({ path }) => ownerOf(path) === project)
}

function showProject({ registryHost }: GitlabOptions, project: string, { url }: DialectTools): Reply {
  const host = registryHost ?? new URL(url).host
  return json({ id: 7, path_with_namespace: project, container_registry_image_prefix: `${host}/${project}` })
}

function listRepositories(mine: readonly Listed[], url: URL, { url: base }: DialectTools): Reply {
  const size = Math.min(Number(url.searchParams.get('per_page') ?? 20), 100)
  const page = Number(url.searchParams.get('page') ?? 1)
  const rows = mine.slice((page - 1) * size, page * size).map(({ id, path }) => ({
    id,
    name: '',
    path,
    project_id: 7,
    location: `${new URL(base).host}/${path}`,
    created_at: '2026-03-01T12:00:00.000Z',
  }))
  const next = `<${base}${url.pathname}?per_page=${size}&page=${page + 1}>; rel="next"`
  return json(rows, page * size < mine.length ? { link: next } : {})
}

function showTag(mine: readonly Listed[], id: number, name: string, { content }: DialectTools): Reply {
  const path = mine.find((each) => each.id === id)?.path
  const found = path === undefined ? null : content.manifest(path, name)
  if (!found || path === undefined) return json({ message: '404 Tag Not Found' }, {}, 404)
  const revision = found.digest.replace('sha256:', '')
  return json({
    name,
    path: `${path}:${name}`,
    location: `registry.example.com/${path}:${name}`,
    revision,
    short_revision: revision.slice(0, 9),
    digest: found.digest,
    created_at: new Date(content.pushes(path).tags.get(name) ?? 0).toISOString().replace('Z', '+00:00'),
    total_size: 350_224_384,
  })
}
