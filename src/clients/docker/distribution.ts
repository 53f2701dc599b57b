import { encodeName, type Call } from './call.ts'
import { listOf, objectOf, textOf } from './json.ts'
import { registryAuth, type RegistryCredentials } from './registry-auth.ts'

/** A platform as the placement of a Swarm service names it, in the engine's own words. */
export interface PlacementPlatform {
  readonly Architecture: string
  readonly OS: string
}

/** What an engine finds out of its registries without pulling. */
export interface DistributionCalls {
  /** The platforms that an image can run on. Asks the registry, as whom the credentials name. */
  imagePlatforms(
    reference: string,
    credentials: RegistryCredentials | null,
    signal: AbortSignal,
  ): Promise<readonly PlacementPlatform[]>
}

export function distributionCalls(call: Call): DistributionCalls {
  return {
    async imagePlatforms(reference, credentials, signal) {
      const path = `/distribution/${encodeName(reference)}/json`
      const answer = await call.json({ method: 'GET', path, headers: registryAuth(credentials), limitMs }, signal)
      return listOf(objectOf(answer)['Platforms']).map((each) => {
        const { architecture, os } = objectOf(each)
        // As `docker service update` has it: nodes say of which ARM they are where images do not (swarmkit#2294).
        return { Architecture: architecture === 'arm' ? '' : textOf(architecture), OS: textOf(os) }
      })
    },
  }
}

/** A registry that does not answer must not hold up a rollout that can do without. */
const limitMs = 30_000
