import { examineRegistries, type ConfiguredSignIn } from '../../src/app/doctor/examine-registries.ts'
import type { Finding } from '../../src/app/doctor/finding.ts'
import type { WatchedWorkload } from '../../src/app/workloads/watched-workloads.ts'
import { createOciClient, type OciClient, type OciClientDeps } from '../../src/clients/oci/client.ts'
import { createDistribution } from '../../src/registries/distribution.ts'
import { reference, workload } from './decide-input.ts'
import { systemTiming, type Timing } from '../../src/clients/oci/timing.ts'
import { credentialsOf } from './oci-client.ts'

/** How a host is asked. */
export interface Examining {
  /** Who signs in; nobody when left out. */
  readonly as?: { readonly username: string; readonly password: string }
  /** Watched ones; with none of them, the credential is one that nothing needs. */
  readonly repositories?: readonly string[]
  /** Whether plain http may be spoken to it, as for every host of this machine; `true` when left out. */
  readonly plainHttp?: boolean
  readonly client?: Partial<OciClientDeps>
  /** One that has asked before, instead of a new one; whoever gives it closes it. */
  readonly open?: OciClient
}

const signal = new AbortController().signal

/** As many tries as in production, with no wait between them. */
export const hurried: Timing = { ...systemTiming, sleep: async () => {} }

/** What doctor says of a host, `127.0.0.1:<port>`, that is taken for a registry. */
export async function examined(host: string, asked: Examining = {}): Promise<readonly Finding[]> {
  const { as, repositories = ['team/app'], plainHttp = true, client: deps, open } = asked
  const client =
    open ??
    createOciClient({
      credentials: as === undefined ? async () => null : credentialsOf(as.username, as.password),
      timing: hurried,
      hosts: { [host]: { plainHttp } },
      ...deps,
    })
  const watched = repositories.map((repository) => ({
    kind: 'watchable',
    workload,
    isListed: false,
    policy: { spec: { order: 'digest' } },
    reference: { ...reference, registry: host, repository },
  })) as unknown as readonly WatchedWorkload[] // as much of them as is looked at
  const app = {
    registryFor: () => createDistribution({ client }),
    pullAuth: async () => (as === undefined ? null : { ...as, registry: host, isIdentityToken: false }),
  }
  const signIns: readonly ConfiguredSignIn[] = repositories.length === 0 ? [{ host, path: null }] : []
  try {
    return await examineRegistries(app, watched, signIns, signal)
  } finally {
    if (open === undefined) client.close()
  }
}
