import { createAcrSource } from './acr.ts'
import { createDistributionSource } from './distribution.ts'
import { createDockerHubSource } from './docker-hub.ts'
import { createEcrSource } from './ecr/ecr.ts'
import { createEcrQueue } from './ecr/queue.ts'
import { createGarSource } from './gar/gar.ts'
import { createGenericSource } from './generic.ts'
import { createGhcrSource } from './ghcr.ts'
import { createGiteaSource } from './gitea.ts'
import { createGitlabSource } from './gitlab.ts'
import { createHarborSource } from './harbor.ts'
import { createJfrogSource } from './jfrog.ts'
import { createQuaySource } from './quay.ts'
import { createZotSource } from './zot.ts'

/** Every kind of event source, by the word that the configuration uses. */
export const eventSources = {
  distribution: createDistributionSource,
  generic: createGenericSource,
  acr: createAcrSource,
  'docker-hub': createDockerHubSource,
  ecr: createEcrSource,
  gar: createGarSource,
  ghcr: createGhcrSource,
  gitea: createGiteaSource,
  gitlab: createGitlabSource,
  harbor: createHarborSource,
  jfrog: createJfrogSource,
  quay: createQuaySource,
  zot: createZotSource,
} as const

/** Those whose events are read from a queue. */
export const eventQueues = { ecr: createEcrQueue } as const
