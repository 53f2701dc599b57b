import type { WorkloadRule } from './app/workloads/workload-settings.ts'
import { readRegistryHost } from './clients/gitlab/container-registry.ts'
import type { Config } from './config/config.ts'
import type { RegistryConfig } from './config/registries.ts'
import { toAppError } from './errors.ts'
import { judgeAnswers, type Answers } from './wire-gitlab-answers.ts'
import { openOciClient, type Network } from './wire-oci-client.ts'

/** What a configuration says of registries, each by its true host. */
export interface SettledRegistries {
  readonly registries: readonly RegistryConfig[]
  /** Those of the configuration, then one for each image that was named by its GitLab project. */
  readonly rules: readonly WorkloadRule[]
}

/** Starting must not wait for an instance that is away. */
const askMs = 5000

/**
 * Asks GitLab instances for the hosts of their registries, where the configuration left that to them. One that does not
 * answer, or names a host that is not its own, is taken to have the usual one, and the log says so: what is right then
 * works, and nothing else is touched.
 */
export async function settleGitlabHosts(config: Config, network: Network): Promise<SettledRegistries> {
  const answers = new Map<string, string>()
  const asked = new Set(config.gitlabImages.flatMap(({ instance }) => instance ?? []))
  await Promise.all(
    [...asked].map(async (instance) => {
      const answer = await askInstance(config, instance, network)
      if (answer !== null) answers.set(instance, answer)
    }),
  )
  const { accepted, refused } = await judgeAnswers(config.registries, answers)
  for (const { instance, answer, guess, reason } of refused) {
    const message = `${instance} names ${answer} as the host of its registry, ${reason}; ${guess} is assumed`
    const fields = { code: 'REGISTRY_REFUSED', url: instance, named: answer, host: guess }
    network.log.error(fields, `${message}. Write the right \`host:\` in its entry under registries`)
  }
  return settle(config, accepted)
}

function settle(config: Config, hosts: Answers): SettledRegistries {
  const registries = config.registries.map((each): RegistryConfig => {
    const host = each.hostFrom === 'guess' && each.gitlab !== null ? hosts.get(each.gitlab.url) : undefined
    return host === undefined ? each : { ...each, host, hostFrom: 'instance' }
  })
  const images = config.gitlabImages.map(({ registry, instance, repository, tag }): WorkloadRule => {
    const image = `${(instance !== null && hosts.get(instance)) || registry}/${repository}`
    return { match: { image: tag === null ? image : `${image}:${tag}` }, watch: true, settings: {} }
  })
  return { registries, rules: [...config.rules, ...images] }
}

/** @returns null when the instance did not tell */
async function askInstance(config: Config, instance: string, network: Network): Promise<string | null> {
  const project = config.gitlabImages.find((each) => each.instance === instance)?.project
  const entries = config.registries.filter((each) => each.hostFrom === 'guess' && each.gitlab?.url === instance)
  const entry = entries.find(({ path }) => path === project) ?? entries[0]
  if (entry === undefined || project === undefined) return null
  const { host, plainHttp, gitlab, credentials } = entry
  const hosts = plainHttp ? { [new URL(instance).host]: { plainHttp } } : {}
  const client = openOciClient(network, async () => null, hosts)
  const token = gitlab?.token ?? credentials?.password
  try {
    const headers: Readonly<Record<string, string>> = token ? { 'private-token': token.reveal() } : {}
    const caller = { call: client.callApi, url: instance, headers }
    return await readRegistryHost(caller, project, AbortSignal.timeout(askMs))
  } catch (error) {
    const { code, message } = toAppError(error)
    network.log.warn(
      { code, url: instance, host },
      `${instance} does not tell the host of its registry, ${host} is assumed: ${message}`,
    )
    return null
  } finally {
    client.close()
  }
}
