import { createDistribution } from './distribution.ts'
import { createDockerHub, servesDockerHub } from './docker-hub.ts'
import { createEcr, servesEcr } from './ecr.ts'
import { createGar, servesGar } from './gar.ts'
import { createGitlab, servesGitlab } from './gitlab.ts'
import { createHarbor } from './harbor.ts'

/** Every kind of registry, by the word that the configuration uses, and which hosts are its own without any. */
export const registries = {
  distribution: { open: createDistribution, serves: () => false },
  'docker-hub': { open: createDockerHub, serves: servesDockerHub },
  ecr: { open: createEcr, serves: servesEcr },
  gar: { open: createGar, serves: servesGar },
  gitlab: { open: createGitlab, serves: servesGitlab },
  harbor: { open: createHarbor, serves: () => false },
} as const
