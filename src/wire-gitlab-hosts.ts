import { isDeepStrictEqual } from 'node:util'
import type { GuessedHost } from './app/doctor/guessed-host.ts'
import type { WorkloadRule } from './app/workloads/workload-settings.ts'
import { readRegistryHost } from './clients/gitlab/container-registry.ts'
import type { OciClient } from './clients/oci/client.ts'
import type { Config } from './config/config.ts'
import type { RegistryConfig } from './config/registries.ts'
import { toAppError } from './errors.ts'
import type { Clock } from './lib/clock.ts'
import { judgeAnswers, type Answers } from './wire-gitlab-answers.ts'
import { openOciClient, type Network } from './wire-oci-client.ts'

/** What a configuration says of registries, each by the host that is known of it so far. */
export interface SettledRegistries {
  readonly registries: readonly RegistryConfig[]
  /** Those of the configuration, then one for each image that was named by its GitLab project. */
  readonly rules: readonly WorkloadRule[]
  /** Registries of instances that have not told their hosts. */
  readonly guessed: readonly GuessedHost[]
}

/** The hosts of registries that the configuration leaves to their GitLab instances. */
export interface GitlabHosts {
  /** As far as they are known now. */
  settled(): SettledRegistries
  /** Asks those that have not answered again and again, until all have or the signal fires; calls `onNews` after each change. */
  askOn(clock: Pick<Clock, 'sleep'>, onNews: () => void, stop: AbortSignal): Promise<void>
  close(): void
}

/** Starting must not wait for an instance that is away. */
const askMs = 5000
const againMs = 60_000

/**
 * Asks GitLab instances for the hosts of their registries, where the configuration left that to them. One that does not
 * answer, or names a host that is not its own, is taken to have the usual one, and the log says so: what is right then
 * works, and nothing else is touched.
 *
 * @param reread the entries as they are written now, with the tokens of files as these are now
 */
export async function openGitlabHosts(
  config: Config,
  network: Network,
  reread: () => Promise<readonly RegistryConfig[]> = async () => config.registries,
): Promise<GitlabHosts> {
  const { log } = network
  const questions = questionsIn(config)
  const client = openOciClient(network, async () => null, plainHttpOf(questions))
  const answers = new Map<string, string>()
  /** By instance, why its host is a guess. */
  const reasons = new Map<string, string>()
  let taken: Answers = new Map()
  let settled = settle(config, taken, reasons)

  const ask = async (question: Question, stop: AbortSignal): Promise<void> => {
    const { instance, entry } = question
    try {
      answers.set(instance, await askInstance(client, question, stop))
    } catch (error) {
      const { code, message } = toAppError(error)
      // Told once, however often it is asked.
      if (!reasons.has(instance) && !stop.aborted) {
        const sentence = `${instance} does not tell the host of its registry, ${entry.host} is assumed: ${message}`
        log.warn({ code, url: instance, host: entry.host }, sentence)
      }
      reasons.set(instance, `it does not tell (${message})`)
    }
  }
  const judge = async (): Promise<boolean> => {
    const { accepted, refused } = await judgeAnswers(config.registries, answers)
    for (const instance of accepted.keys()) reasons.delete(instance)
    for (const { instance, answer, guess, reason } of refused) {
      const named = `it names ${answer}, ${reason}`
      if (reasons.get(instance) !== named) {
        const sentence = `${instance} names ${answer} as the host of its registry, ${reason}; ${guess} is assumed`
        const fields = { code: 'REGISTRY_REFUSED', url: instance, named: answer, host: guess }
        log.error(fields, `${sentence}. Write the right \`host:\` in its entry under registries`)
      }
      reasons.set(instance, named)
    }
    const isNews = !isDeepStrictEqual(accepted, taken)
    taken = accepted
    settled = settle(config, accepted, reasons)
    return isNews
  }
  const isOpen = ({ instance }: Question): boolean => !answers.has(instance)
  /** @returns whether other hosts are taken now */
  const askAll = async (entries: readonly RegistryConfig[], stop: AbortSignal): Promise<boolean> => {
    const asked = questionsIn({ ...config, registries: entries }).filter(isOpen)
    await Promise.all(asked.map((each) => ask(each, stop)))
    return judge()
  }

  const never = new AbortController().signal
  await askAll(config.registries, never)
  return {
    settled: () => settled,
    async askOn(clock, onNews, stop) {
      while (questions.some(isOpen)) {
        await clock.sleep(againMs, stop)
        // A token that was refused may be another one by now.
        const isNews = await askAll(await reread().catch(() => config.registries), stop)
        if (stop.aborted) return
        if (!isNews) continue
        log.info({}, `GitLab has told now: ${hostsIn(settled)}`)
        onNews()
      }
    },
    close: () => client.close(),
  }
}

/** What an instance is asked by. */
interface Question {
  readonly instance: string
  readonly project: string
  readonly entry: RegistryConfig
}

const isLeftTo = (instance: string, { hostFrom, gitlab }: RegistryConfig): boolean =>
  hostFrom === 'guess' && gitlab?.url === instance

/** By the first project of each instance, with its own token where it has one. */
function questionsIn({ registries, gitlabImages }: Pick<Config, 'registries' | 'gitlabImages'>): readonly Question[] {
  const instances = [...new Set(gitlabImages.flatMap(({ instance }) => instance ?? []))]
  return instances.flatMap((instance) => {
    const project = gitlabImages.find((each) => each.instance === instance)?.project
    const entries = registries.filter((each) => isLeftTo(instance, each))
    const entry = entries.find(({ path }) => path === project) ?? entries[0]
    return entry === undefined || project === undefined ? [] : [{ instance, project, entry }]
  })
}

const plainHttpOf = (questions: readonly Question[]) =>
  Object.fromEntries(
    questions.flatMap(({ instance, entry }) =>
      entry.plainHttp ? [[new URL(instance).host, { plainHttp: true }] as const] : [],
    ),
  )

async function askInstance(
  { callApi }: OciClient,
  { instance, project, entry }: Question,
  stop: AbortSignal,
): Promise<string> {
  const token = entry.gitlab?.token ?? entry.credentials?.password
  const headers: Readonly<Record<string, string>> = token ? { 'private-token': token.reveal() } : {}
  const signal = AbortSignal.any([stop, AbortSignal.timeout(askMs)])
  return readRegistryHost({ call: callApi, url: instance, headers }, project, signal)
}

function settle(config: Config, hosts: Answers, reasons: ReadonlyMap<string, string>): SettledRegistries {
  const registries = config.registries.map((each): RegistryConfig => {
    const host = each.hostFrom === 'guess' && each.gitlab !== null ? hosts.get(each.gitlab.url) : undefined
    return host === undefined ? each : { ...each, host, hostFrom: 'instance' }
  })
  const images = config.gitlabImages.map(({ registry, instance, repository, tag }): WorkloadRule => {
    const image = `${(instance !== null && hosts.get(instance)) || registry}/${repository}`
    return { match: { image: tag === null ? image : `${image}:${tag}` }, watch: true, settings: {} }
  })
  const guessed = registries.flatMap(({ host, hostFrom, gitlab }): readonly GuessedHost[] => {
    if (hostFrom !== 'guess' || gitlab === null) return []
    const reason = reasons.get(gitlab.url) ?? 'its entry has no projects to ask it by'
    return [{ host, instance: gitlab.url, reason }]
  })
  const once = [...new Map(guessed.map((each) => [each.instance, each])).values()]
  return { registries, rules: [...config.rules, ...images], guessed: once }
}

const hostsIn = ({ registries }: SettledRegistries): string =>
  [...new Set(registries.flatMap(({ host, hostFrom }) => (hostFrom === 'instance' ? host : [])))].join(', ') ||
  'no host'
