import { isAbsent, toAppError, type AppError } from '../../errors.ts'
import { tagOf } from '../../image/reference.ts'
import type { Repository } from '../../registries/registry.ts'
import type { App } from '../app.ts'
import { scanKey } from '../scans/scan-key.ts'
import { isWatchable } from '../scans/scan-plan.ts'
import { repositoryOf, type WatchableWorkload, type WatchedWorkload } from '../workloads/watched-workloads.ts'
import { doubtful, well, wrong, type Finding } from './finding.ts'
import {
  asksNobody,
  isDeniedSignIn,
  isOfHost,
  isWebServer,
  pushTimesRemedy,
  registryRemedy,
  saysProxy,
} from './registry-remedy.ts'
import { tellHeard } from './tell-heard.ts'

/** A host that the configuration has credentials for, and the path that they are for; null for all of it. */
export interface ConfiguredSignIn {
  readonly host: string
  readonly path: string | null
}

type Asked = Pick<App, 'registryFor' | 'pullAuth'>

/** How one repository answered. */
interface Look {
  readonly repository: Repository
  /** Who signed in; null for a stranger. */
  readonly username: string | null
  readonly isMaking: boolean
  readonly error: AppError | null
}

/**
 * Looks one tag of each watched repository up, as every scan does, with the credentials that pulls will use; credentials
 * that no watched workload needs are tried on a repository that does not exist.
 */
export async function examineRegistries(
  app: Asked,
  watched: readonly WatchedWorkload[],
  signIns: readonly ConfiguredSignIn[],
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const byRepository = new Map(watched.filter(isWatchable).map((each) => [scanKey(repositoryOf(each)), each]))
  const looks = await Promise.all(
    [...byRepository.values()].map((each) => look(app, repositoryOf(each), tagOf(each.reference), signal)),
  )
  const unused = signIns.filter(({ host, path }) => !looks.some(({ repository }) => isWithin(repository, host, path)))
  const tries = await Promise.all(unused.map((each) => trySignIn(app, each, signal)))
  const times = await Promise.all(timed(watched).map((each) => tryPushTimes(app, each, signal)))
  const hosts = Map.groupBy(looks, ({ repository }) => repository.registry)
  return [...[...hosts].flatMap(([host, all]) => tellHost(app, host, all)), ...tries, ...times.flat()].toSorted(byName)
}

const isWithin = (repository: Repository, host: string, path: string | null): boolean =>
  repository.registry === host && (path === null || `${repository.repository}/`.startsWith(`${path}/`))

const byName = (one: Finding, other: Finding): number => ((one.name ?? '') < (other.name ?? '') ? -1 : 1)

async function look(
  { registryFor, pullAuth }: Asked,
  repository: Repository,
  tag: string,
  signal: AbortSignal,
): Promise<Look> {
  let username: string | null = null
  let isMaking = true
  try {
    username = (await pullAuth(repository, signal))?.username ?? null
    isMaking = false
    await registryFor(repository.registry).resolve(repository, tag, null, signal, 'by-hand')
    return { repository, username, isMaking, error: null }
  } catch (thrown) {
    return { repository, username, isMaking, error: toAppError(thrown) }
  }
}

/** Of each host one workload whose policy asks when tags were pushed. */
const timed = (watched: readonly WatchedWorkload[]): readonly WatchableWorkload[] => {
  const all = watched.filter(isWatchable).filter(({ isListed, policy }) => isListed && policy.spec.order === 'newest')
  return [...new Map(all.map((each) => [each.reference.registry, each])).values()]
}

/** Push times may take rights beyond those to pull, and without them `newest` goes by what was seen first. */
async function tryPushTimes({ registryFor }: Asked, each: WatchableWorkload, signal: AbortSignal) {
  const repository = repositoryOf(each)
  const wanted = { tags: [tagOf(each.reference)], known: new Map() }
  try {
    await registryFor(repository.registry).describeTags?.(repository, wanted, signal, 'by-hand')
    return []
  } catch (thrown) {
    const error = toAppError(thrown)
    const host = repository.registry
    const sentence = `when tags were pushed is not told: ${error.message}`
    const remedy = `${pushTimesRemedy(error, host)} Until then \`newest\` goes by when tags were first seen.`
    return [doubtful({ part: 'registry', name: host, sentence }, remedy)]
  }
}

/** Whoever is told that something is not there, or not for them, has signed in. */
const afterSignIn: ReadonlySet<string> = new Set([
  'REGISTRY_NOT_FOUND',
  'REGISTRY_REPOSITORY_UNKNOWN',
  'REGISTRY_FORBIDDEN',
])

const tookSignIn = (error: AppError): boolean =>
  afterSignIn.has(error.code) && ![isDeniedSignIn, asksNobody, isWebServer, saysProxy].some((is) => is(error))

async function trySignIn(app: Asked, { host, path }: ConfiguredSignIn, signal: AbortSignal): Promise<Finding> {
  const repository = { registry: host, repository: `${path === null ? '' : `${path}/`}longshore/doctor` }
  const { error, ...asked } = await look(app, repository, 'none', signal)
  const { username, isMaking } = asked
  const part = { part: 'registry', name: host } as const
  if (error !== null && isAbsent(error.code) && asksNobody(error) && !isWebServer(error)) {
    const sentence = `it asks nobody to sign in, so nothing is known of the credential of ${username}`
    const remedy = 'Take the credential out, where all is public there; nothing that is watched needs it now.'
    return doubtful({ ...part, sentence }, remedy)
  }
  if (error === null || (!isMaking && tookSignIn(error))) {
    const sentence = `${username ?? 'a stranger'} may sign in; nothing that is watched needs it now`
    return well({ ...part, sentence })
  }
  return wrong({ ...part, sentence: error.message }, registryRemedy(error, { host, ...asked }))
}

function tellHost(app: Asked, host: string, looks: readonly Look[]): readonly Finding[] {
  const part = { part: 'registry', name: host } as const
  const answered = Map.groupBy(
    looks.filter(({ error }) => error === null),
    ({ username }) => username,
  )
  const failed = looks.flatMap(({ error, ...asked }) => {
    if (error === null) return []
    const remedy = registryRemedy(error, { host, ...asked })
    // One cause that lies with the host stands for all its repositories.
    const isMaking = asked.isMaking || error.code === 'CREDENTIALS_INVALID'
    const key = isMaking ? error.message : isOfHost(error) ? remedy : scanKey(asked.repository)
    return [{ key, error, remedy }]
  })
  return [
    ...[...answered].map(([username, all]) => well({ ...part, sentence: answers(all.length, username) })),
    ...[...Map.groupBy(failed, ({ key }) => key).values()].flatMap(([first, ...others]) =>
      first === undefined ? [] : [wrong({ ...part, sentence: failsFor(first.error, others.length) }, first.remedy)],
    ),
    ...tellHeard(app.registryFor(host), host),
  ]
}

function failsFor({ message }: AppError, others: number): string {
  if (others === 0) return message
  return `${message}; so ${others === 1 ? 'does another of its repositories' : `do ${others} more of its repositories`}`
}

function answers(count: number, username: string | null): string {
  const what = count === 1 ? 'its repository answers' : `its ${count} repositories answer`
  return `${what} ${username === null ? 'without a sign-in' : `to ${username}`}`
}
