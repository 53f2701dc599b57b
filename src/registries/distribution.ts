import type { OciClient } from '../clients/oci/client.ts'
import { questionsTo } from '../clients/oci/questions.ts'
import type { Registry } from './registry.ts'

export interface DistributionDeps {
  /** Closed with it. */
  readonly client: OciClient
}

/** Any registry that speaks the distribution API and nothing else: Distribution itself, zot, and those we know no better. */
export function createDistribution({ client }: DistributionDeps): Registry {
  return { ...questionsTo(client), kind: 'distribution' }
}
