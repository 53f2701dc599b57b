import { createOciClient } from './clients/oci/client.ts'
import type { OciClient, OciClientDeps } from './clients/oci/client.ts'
import type { CredentialSource } from './clients/oci/credentials/credentials.ts'
import type { Hosts } from './clients/oci/endpoint.ts'
import type { TroubleNews } from './clients/oci/pace/breakers.ts'
import { environmentProxies } from './clients/oci/wire/proxy.ts'
import { readGuardedFile } from './config/read-guarded-file.ts'
import type { Log } from './lib/log.ts'

/** Where a client for registries lives. */
export interface Network {
  readonly env: NodeJS.ProcessEnv
  readonly log: Log
  /** Docker's folder of certificates, with a folder per host; need not exist. */
  readonly certsFolder: string
}

const certificatesBytesMax = 1024 * 1024

/** A client that goes through the proxies of the environment, trusts what the operator trusts, and logs trouble once. */
export function openOciClient(
  { env, log, certsFolder }: Network,
  credentials: CredentialSource,
  hosts: Hosts,
  refusals: Pick<OciClientDeps, 'credentialRefused'> = {},
): OciClient {
  return createOciClient({
    credentials,
    ...refusals,
    hosts,
    certsFolder,
    proxies: environmentProxies(env),
    // Whoever writes these decides whom we believe.
    readFile: (path) => readGuardedFile(path, certificatesBytesMax),
    tell: (news) => logNews(log, news),
  })
}

function logNews(log: Log, { kind, registry, account, error }: TroubleNews): void {
  // Of a repository that is refused, its workloads tell.
  if (kind === 'repository-refused') return
  const fields = { registry, account, code: error?.code ?? null, trouble: kind }
  if (error === null) log.info(fields, `${registry}: ${wordsAfter[kind]}`)
  else log.warn(fields, `${registry}: ${wordsBefore[kind]}: ${error.message}`)
}

type Told = Exclude<TroubleNews['kind'], 'repository-refused'>

const wordsBefore: Readonly<Record<Told, string>> = {
  'credential-refused': 'it refuses the credentials, which are not used for a while, so as not to be locked out',
  unavailable: 'it has not answered for several polls and is asked less often',
  damaged: 'three damaged answers in a row, of which nothing is used',
  hostile: 'it leads to where nobody may be led, and is not followed',
}

const wordsAfter: Readonly<Record<Told, string>> = {
  'credential-refused': 'it takes the credentials again',
  unavailable: 'it answers again',
  damaged: 'its answers are whole again',
  hostile: 'it no longer leads to where nobody may be led',
}
