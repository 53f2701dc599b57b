import type { Secret } from '../lib/secret.ts'
import { toConnection, type RegistryConnection } from './registry-connection.ts'
import { instanceOf, isHostGuessed, usualHost } from './gitlab-host.ts'
import { hostNamed, kindOf, type registryKinds } from './registry-schemas.ts'
import type { ParsedConfig } from './schema.ts'

/** Of Amazon ECR; null for what is to be found by itself. */
export interface EcrConfig {
  readonly region: string | null
  readonly keys: {
    readonly accessKeyId: string
    readonly secretAccessKey: Secret
    readonly sessionToken: Secret | null
  } | null
  readonly profile: string | null
}

/** Of Google Artifact Registry; null for what is to be found by itself. */
export interface GarConfig {
  /** Absolute. */
  readonly serviceAccountFile: string | null
  readonly projectId: string | null
}

/** Of a GitLab instance. */
export interface GitlabConfig {
  /** `https://gitlab.example.com` */
  readonly url: string
  /** For its API; null to use the password of the registry. */
  readonly token: Secret | null
}

/** What is said of a registry host, or of a path on it. */
export interface RegistryConfig extends RegistryConnection {
  /** As in canonical references: `docker.io`, `localhost:5000`. Entries of one host differ in path and credentials only. */
  readonly host: string
  /** Where `host` is from: what GitLab instances usually have is a guess, until the instance itself was asked. */
  readonly hostFrom: 'entry' | 'guess' | 'instance'
  /** Null when the host tells. */
  readonly kind: (typeof registryKinds)[number] | null
  /** Only repositories at or below it; null for all of the host. */
  readonly path: string | null
  readonly plainHttp: boolean
  readonly credentials: { readonly username: string; readonly password: Secret } | null
  readonly ecr: EcrConfig | null
  readonly gar: GarConfig | null
  readonly gitlab: GitlabConfig | null
  /** Of Harbor: the address of its API; null for the host itself. */
  readonly harbor: { readonly url: string | null } | null
}

/** An image that was named by its GitLab project, to be watched wherever it runs. */
export interface GitlabImage {
  /** Host of its registry, as it is written in the entry that it stands in, or guessed. */
  readonly registry: string
  /** The instance that is to be asked for that host; null where it is no guess. */
  readonly instance: string | null
  /** `team/backend/app` */
  readonly project: string
  /** `team/backend/app/web` */
  readonly repository: string
  /** Null for whichever a workload names. */
  readonly tag: string | null
}

type Entry = ParsedConfig['registries'][number]

/** @param home puts the home folder in the place of `~` */
export function toRegistries(entries: readonly Entry[], home: (path: string) => string): readonly RegistryConfig[] {
  return entries.flatMap((each) => [toRegistry(each, home), ...projectsOf(each, home)])
}

/** The images that entries name by their GitLab projects. */
export function toGitlabImages(entries: readonly Entry[]): readonly GitlabImage[] {
  return entries.flatMap((each) =>
    (each.gitlab?.projects ?? []).flatMap((project) =>
      project.images.map(({ name, tag }) => ({
        registry: hostOf(each),
        instance: isHostGuessed(each) ? instanceOf(each) : null,
        project: projectPath(project),
        repository: [projectPath(project), ...(name === undefined ? [] : [name.toLowerCase()])].join('/'),
        tag: tag ?? null,
      })),
    ),
  )
}

function toRegistry(given: Entry, home: (path: string) => string): RegistryConfig {
  const { gitlab, harbor } = given
  return {
    host: hostOf(given),
    hostFrom: isHostGuessed(given) ? 'guess' : 'entry',
    kind: kindOf(given) ?? null,
    path: given.path ?? null,
    plainHttp: given.plainHttp,
    credentials: credentialsOf(given),
    ...toConnection(given, home),
    ecr: toEcr(given),
    gar: toGar(given, home),
    gitlab: gitlab ? { url: instanceOf(given), token: gitlab.token ?? null } : null,
    harbor: harbor ? { url: harbor.url ?? null } : null,
  }
}

/** A project with a token of its own is an entry of its own, for its path. */
function projectsOf(given: Entry, home: (path: string) => string): readonly RegistryConfig[] {
  return (given.gitlab?.projects ?? []).flatMap((project) => {
    if (project.apiToken === undefined) return []
    const username = project.user ?? given.username ?? anyName
    return {
      ...toRegistry(given, home),
      path: projectPath(project),
      credentials: { username, password: project.apiToken },
      gitlab: { url: instanceOf(given), token: project.apiToken },
    }
  })
}

function toEcr({ ecr, registry_config: former }: Entry): EcrConfig | null {
  if (ecr === undefined && former === undefined) return null
  const accessKeyId = ecr?.accessKeyId ?? former?.aws_access_key_id
  const secretAccessKey = ecr?.secretAccessKey ?? former?.aws_secret_access_key
  const sessionToken = ecr?.sessionToken ?? former?.aws_session_token ?? null
  return {
    region: ecr?.region ?? former?.region ?? null,
    keys: accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey, sessionToken } : null,
    profile: ecr?.profile ?? null,
  }
}

function toGar({ gar, registry_config: former }: Entry, home: (path: string) => string): GarConfig | null {
  if (gar === undefined && former === undefined) return null
  const file = gar?.serviceAccountFile ?? former?.service_account_path
  return {
    serviceAccountFile: file === undefined ? null : home(file),
    projectId: gar?.projectId ?? former?.project_id ?? null,
  }
}

function credentialsOf({ username, password, registry_config: former, gitlab }: Entry): RegistryConfig['credentials'] {
  if (username !== undefined && password !== undefined) return { username, password }
  if (former?.username !== undefined && former.password !== undefined) {
    return { username: former.username, password: former.password }
  }
  return gitlab?.token ? { username: anyName, password: gitlab.token } : null
}

/** GitLab takes any name that is not empty beside an access token. @see GitLab, "Container registry", authenticate */
const anyName = 'longshore'

/** The schema sees to it that only a GitLab instance goes without a host. */
const hostOf = (given: Entry): string => hostNamed(given) ?? usualHost(given)

function projectPath({ user, group, project }: NonNullable<Entry['gitlab']>['projects'][number]): string {
  // Registries take lower case alone, whatever the project is called.
  return `${user ?? group}/${project}`.toLowerCase()
}
