import type { RepositoryName } from '../credentials/credentials.ts'

/** Who asked last for each repository: the user name; empty for strangers. */
export interface LastAccounts {
  note(repository: RepositoryName, account: string): void
  of(repository: RepositoryName): string
}

/** More repositories than are ever watched. */
const repositoriesMax = 50_000

/** Nobody so far. */
export function createLastAccounts(): LastAccounts {
  const known = new Map<string, string>()
  return {
    note(repository, account) {
      if (known.size >= repositoriesMax && !known.has(keyOf(repository))) known.clear()
      known.set(keyOf(repository), account)
    },
    of: (repository) => known.get(keyOf(repository)) ?? '',
  }
}

const keyOf = ({ registry, repository }: RepositoryName): string => `${registry}/${repository}`
