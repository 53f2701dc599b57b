import type { App } from './app/app.ts'
import { configuredCredentials, firstOf, isIdentityToken } from './clients/oci/credentials/credentials.ts'
import type { CredentialSource } from './clients/oci/credentials/credentials.ts'
import { dockerConfigCredentials } from './clients/oci/credentials/docker-config.ts'
import { rememberEndpoints, type Hosts } from './clients/oci/endpoint.ts'
import type { RegistryConfig } from './config/registries.ts'
import type { Clock } from './lib/clock.ts'
import type { AppError } from './errors.ts'
import type { Log } from './lib/log.ts'
import { registries } from './registries/index.ts'
import type { Registry, Repository, SignIn } from './registries/registry.ts'
import { askedAs, namesIn } from './wire-registry-names.ts'
import { openOciClient, type Network } from './wire-oci-client.ts'
import { createSecretWatch, type SecretFiles } from './wire-secrets.ts'

type Kind = keyof typeof registries

/** Every registry there is, each opened when it is first asked, over one client. */
export interface OpenRegistries extends Required<
  Pick<App, 'registryFor' | 'registryPauses' | 'registryStanding' | 'pullAuth'>
> {
  close(): void
}

/** What is opened, and the file of Docker that has further credentials. */
export interface RegistrySettings {
  readonly registries: readonly RegistryConfig[]
  readonly dockerConfigFile: string
  /** Whether that has to be there. */
  readonly isDockerConfigNamed?: boolean
  /** Where the secrets of the registries lie, when they may be replaced while we run. */
  readonly secrets?: SecretFiles
}

/** Which kind serves each host, and what it signs in with, from the configuration. */
export function openRegistries(settings: RegistrySettings, clock: Clock, network: Network): OpenRegistries {
  const opened = new Map<string, Registry>()
  const retired: Registry[] = []
  let written = settings.registries
  let ofWritten = credentialsIn(written)
  const refresh = createSecretWatch(settings.secrets ?? noSecrets, clock, network.log, (fresh) => {
    // A host may have been settled by asking for it.
    written = fresh.map((each, index) => {
      const { host, hostFrom } = settings.registries[index] ?? each
      return { ...each, host, hostFrom }
    })
    ofWritten = credentialsIn(written)
    // They hold keys and tokens of the configuration themselves.
    retired.push(...opened.values())
    opened.clear()
  })
  const configured: CredentialSource = async (repository, signal, urgency) => {
    await refresh(signal)
    return ofWritten(repository, signal, urgency)
  }
  const nameOf = namesIn(settings.registries)
  const hosts = hostOptions(settings.registries, nameOf)
  const endpoint = rememberEndpoints(hosts)
  const isPlainHttp = (registry: string): boolean => endpoint(registry).protocol === 'http:'
  const dockerConfig = dockerConfigCredentials(settings.dockerConfigFile, {
    isPlainHttp,
    isNamed: settings.isDockerConfigNamed === true,
    tell: (error) => tellOf(network.log, settings.dockerConfigFile, error),
  })
  const usual = firstOf([configured, dockerConfig])
  /** Kinds that make passwords on request have a way of their own. */
  const credentials: CredentialSource = async (repository, signal, urgency) => {
    await refresh(signal)
    const named = { ...repository, registry: nameOf(repository.registry) }
    return (openedFor(named.registry).credential ?? usual)(named, signal, urgency)
  }
  const credentialRefused = (repository: Repository, refused: SignIn): void =>
    openedFor(nameOf(repository.registry)).credentialRefused?.(repository, refused)
  const client = openOciClient(network, credentials, hosts, { credentialRefused })

  const openedFor = (host: string): Registry => {
    const known = opened.get(host)
    if (known) return known
    const entries = written.filter((each) => each.host === host)
    const kind = entries.find((each) => each.kind !== null)?.kind ?? kindOf(host)
    const registry = registries[kind].open({ client, credentials, configured, dockerConfig, host, entries, clock })
    opened.set(host, registry)
    return registry
  }

  return {
    registryFor(host) {
      const name = nameOf(host)
      return name === host ? openedFor(host) : askedAs(openedFor(name), name)
    },
    registryPauses: {
      leftMs: ({ repository, registry }) => client.pullsPausedForMs({ repository, registry: nameOf(registry) }),
      begin({ repository, registry }, ms, what) {
        const name = nameOf(registry)
        if (what === 'pulls') client.pausePulls({ repository, registry: name }, ms)
        else client.pause(name, ms)
      },
    },
    registryStanding: () => client.standing(),
    async pullAuth(repository, signal) {
      const found = await credentials(repository, signal)
      if (found === null) return null
      const { username, password } = found
      return {
        username,
        password: password.reveal(),
        registry: repository.registry,
        isIdentityToken: isIdentityToken(found),
      }
    },
    close() {
      for (const registry of [...opened.values(), ...retired]) registry.close()
      client.close()
    },
  }
}

const noSecrets: SecretFiles = { versions: new Map(), reread: async () => [] }

const credentialsIn = (entries: readonly RegistryConfig[]): CredentialSource =>
  configuredCredentials(
    entries.flatMap(({ host, path, credentials: own }) =>
      own === null ? [] : [{ host, ...own, ...(path !== null && { pathPrefix: path }) }],
    ),
  )

/** The kind whose own hosts a host is one of; any other speaks the distribution API at least. */
export function kindOf(host: string): Kind {
  // Object.keys gives text, whatever the keys are.
  const kinds = Object.keys(registries) as Kind[]
  return kinds.find((kind) => registries[kind].serves(host)) ?? 'distribution'
}

/** Entries of one host differ in path and credentials; what they say of the host itself is put together. */
function hostOptions(entries: readonly RegistryConfig[], nameOf: (host: string) => string): Hosts {
  return Object.fromEntries(
    [...Map.groupBy(entries, ({ host }) => host)].map(([host, same]) => [
      host,
      {
        // Absent rather than false, so that loopback keeps its own default.
        ...(same.some((each) => each.plainHttp) && { plainHttp: true }),
        authRealms: same.flatMap((each) => realmsOf(each)),
        ...connectionOf(same, nameOf),
      },
    ]),
  )
}

/** The configuration has seen to it that entries of one host agree. */
function connectionOf([first]: readonly RegistryConfig[], nameOf: (host: string) => string) {
  if (first === undefined) return {}
  const { concurrency, requestsPerSecond, sha512, tls } = first
  const mirrors = first.mirrors.map((each) => each.replace(/^[^/]+/, nameOf))
  return { concurrency, mirrors, sha512, tls, ...(requestsPerSecond !== null && { requestsPerSecond }) }
}

/** A GitLab instance signs in to its registry, wherever that lies. */
const realmsOf = ({ authRealms, gitlab }: RegistryConfig): readonly string[] =>
  gitlab === null ? authRealms : [...authRealms, new URL(gitlab.url).host]

function tellOf(log: Log, path: string, error: AppError | null): void {
  if (error === null) log.info({}, `${path} could be read again`)
  else log.warn({ code: error.code }, `what ${path} had is used until it can be read again: ${error.message}`)
}
