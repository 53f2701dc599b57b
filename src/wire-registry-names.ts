import type { RegistryConfig } from './config/registries.ts'
import { registryKey } from './image/registry-key.ts'
import type { Registry, Repository } from './registries/registry.ts'

/**
 * The name under which each registry is asked, signed in to and limited, whatever an image calls it. By plain http the
 * port 443 is another one than the usual, so that there a name stays as it is.
 */
export function namesIn(entries: readonly Pick<RegistryConfig, 'host' | 'plainHttp'>[]): (host: string) => string {
  const plain = new Set(entries.flatMap(({ host, plainHttp }) => (plainHttp ? host : [])))
  return (host) => {
    const written = host.toLowerCase()
    const key = registryKey(host)
    return plain.has(written) || (plain.has(key) && written === `${key}:443`) ? written : key
  }
}

/** A registry that is asked under its one name about repositories that go by another of its names. */
export function askedAs(registry: Registry, name: string): Registry {
  const named = ({ repository }: Repository): Repository => ({ registry: name, repository })
  const { listDetails, describeTags, credential, credentialRefused, heard } = registry
  return {
    ...registry,
    resolve: (repository, ...question) => registry.resolve(named(repository), ...question),
    describe: (repository, ...question) => registry.describe(named(repository), ...question),
    readConfig: (repository, ...question) => registry.readConfig(named(repository), ...question),
    listTags: (repository, ...question) => registry.listTags(named(repository), ...question),
    ...(listDetails && { listDetails: (repository, ...question) => listDetails(named(repository), ...question) }),
    ...(describeTags && { describeTags: (repository, ...question) => describeTags(named(repository), ...question) }),
    ...(credential && { credential: (repository, ...question) => credential(named(repository), ...question) }),
    ...(credentialRefused && {
      credentialRefused: (repository, refused) => credentialRefused(named(repository), refused),
    }),
    ...(heard && { heard: () => heard(name) }),
  }
}
