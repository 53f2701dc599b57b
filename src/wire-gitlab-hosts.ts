import type { WorkloadRule } from './app/workloads/workload-settings.ts'
import { readRegistryHost } from './clients/gitlab/container-registry.ts'
import type { Config } from './config/config.ts'
import type { RegistryConfig } from './config/registries.ts'
import { toAppError } from './errors.ts'
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
 * answer is taken to have the usual one, and the log says so: what is right then works, and nothing else is touched.
 */
export async function settleGitlabHosts(config: Config, network: Network): Promise<SettledRegistries> {
  const hosts = new Map<string, string>()
  for (const each of config.registries) {
    if (!each.isHostGuessed || each.gitlab === null || hosts.has(each.host)) continue
    const project = config.gitlabImages.find(({ registry }) => registry === each.host)?.project
    const named = config.registries.find(({ host, path }) => host === each.host && path === project) ?? each
    if (project !== undefined) hosts.set(each.host, await askHost(named, each.gitlab.url, project, network))
  }
  const settled = (host: string): string => hosts.get(host) ?? host
  return {
    registries: config.registries.map((each) => ({ ...each, host: settled(each.host) })),
    rules: [
      ...config.rules,
      ...config.gitlabImages.map(({ registry, repository, tag }): WorkloadRule => {
        const image = `${settled(registry)}/${repository}`
        return { match: { image: tag === null ? image : `${image}:${tag}` }, watch: true, settings: {} }
      }),
    ],
  }
}

async function askHost(
  { host, plainHttp, gitlab, credentials }: RegistryConfig,
  url: string,
  project: string,
  network: Network,
): Promise<string> {
  const hosts = plainHttp ? { [new URL(url).host]: { plainHttp } } : {}
  const client = openOciClient(network, async () => null, hosts)
  const token = gitlab?.token ?? credentials?.password
  try {
    const headers: Readonly<Record<string, string>> = token ? { 'private-token': token.reveal() } : {}
    return await readRegistryHost({ call: client.callApi, url, headers }, project, AbortSignal.timeout(askMs))
  } catch (error) {
    const { code, message } = toAppError(error)
    network.log.warn(
      { code, url, host },
      `${url} does not tell the host of its registry, ${host} is assumed: ${message}`,
    )
    return host
  } finally {
    client.close()
  }
}
