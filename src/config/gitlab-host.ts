import { isIP } from 'node:net'

/** What of an entry tells its GitLab instance. */
export interface GitlabEntry {
  readonly host?: string | undefined
  readonly gitlab?: { readonly url?: string | undefined } | undefined
}

const gitlabCom = 'https://gitlab.com'

/** Address of the instance, without a slash at its end. */
export const instanceOf = ({ gitlab }: GitlabEntry): string => gitlab?.url?.replace(/\/+$/, '') ?? gitlabCom

/** Whether the host is only what instances usually have, so that the instance itself should be asked for it. */
export const isHostGuessed = (given: GitlabEntry): boolean =>
  given.host === undefined && given.gitlab !== undefined && instanceOf(given) !== gitlabCom

/**
 * The host that the registry of an instance usually has. No name can be put before an IP address: there the registry has
 * a port of its own.
 *
 * Assumed of GitLab: the registry of an instance that has only an address is at its port 5050.
 */
export function usualHost(given: GitlabEntry): string {
  const { hostname } = new URL(instanceOf(given))
  return isIP(hostname) === 4 || hostname.startsWith('[') ? `${hostname}:5050` : `registry.${hostname}`
}
