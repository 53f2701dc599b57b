import type { OciClient } from '../clients/oci/client.ts'
import { describeImage } from '../clients/oci/describe.ts'
import { readConfig } from '../clients/oci/read-config.ts'
import type { Registry } from './registry.ts'

export interface DistributionDeps {
  /** Owned by this registry from now on: closed with it. */
  readonly client: OciClient
}

/** Any registry that speaks the distribution API and nothing else: Distribution itself, zot, and those we know no better. */
export function createDistribution({ client }: DistributionDeps): Registry {
  return {
    kind: 'distribution',
    resolve: (...question) => client.headManifest(...question),
    describe: (...question) => describeImage(client, ...question),
    readConfig: (...question) => readConfig(client, ...question),
    listTags: (...question) => client.listTags(...question),
    close: () => client.close(),
  }
}
