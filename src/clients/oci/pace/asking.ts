import type { Urgency } from './urgency.ts'

/** One asking, as far as it matters for whether it is worth while. */
export interface Asking {
  readonly registry: string
  readonly repository: string
  /** Tells credentials apart, a changed password included; empty for strangers. */
  readonly credential: string
  /** For people. */
  readonly account: string
  readonly urgency: Urgency
  readonly subject: string
  /** What is to come. Who may read images may be refused their lists, and headers alone show nothing damaged. */
  readonly what: 'headers' | 'body' | 'list'
  /** Whether another place can be asked instead. */
  readonly isMirror: boolean
}

/** What circuits are kept by. */
export type Key = Pick<Asking, 'registry' | 'repository' | 'credential' | 'account' | 'what'>

const separator = '\n'

/** Whatever the password: some are made anew every minute. */
export function hostOf({ registry, account }: Key): string {
  return [registry, account].join(separator)
}

/** A credential at a registry. */
export function placeOf({ registry, credential, account }: Key): string {
  return [registry, account, credential].join(separator)
}

/** What of a repository a credential may read. */
export function repositoryOf(key: Key): string {
  return [placeOf(key), key.repository, key.what === 'list' ? 'list' : 'images'].join(separator)
}

/** A repository, whatever the password. */
export function questionOf(key: Key): string {
  return [hostOf(key), key.repository].join(separator)
}

/** A repository, by what is asked of it. */
export function matterOf({ registry, repository, what }: Key): string {
  return [registry, repository, what].join(separator)
}

/** A registry, by what of its answers may be damaged. */
export function answersOf({ registry, what }: Key): string {
  return [registry, what === 'headers' ? what : 'bodies'].join(separator)
}

/** @returns where what is kept by one of these stands, for people */
export function placeIn(key: string): {
  readonly registry: string
  readonly account: string
  readonly repository: string | null
} {
  const [registry = '', account = '', _credential, repository = null] = key.split(separator)
  return { registry, account, repository }
}
