import type { ContainerSummary } from '../../../clients/docker/containers.ts'
import type { ContainerInspect } from '../../../clients/docker/shapes.ts'
import { normalizePlatform, type Platform } from '../../../image/platform.ts'
import { healthBudgetMs } from '../../engine/health-check.ts'
import type { Workload } from '../../target.ts'
import { workloadId, type DockerDeps } from '../docker-deps.ts'
import { healthCheckOf } from './create-body.ts'
import type { EnsuredContainer } from './ensured-container.ts'
import { differences } from './differences.ts'

/**
 * The workloads of an engine with those that are to be made: one for each name that nothing has. One that exists is its
 * owner's, and only told where it is something else than the configuration says.
 */
export async function ensuredAmong(
  deps: Pick<DockerDeps, 'ensured' | 'engine' | 'target'>,
  summaries: readonly ContainerSummary[],
  containers: readonly ContainerInspect[],
  workloads: readonly Workload[],
  signal: AbortSignal,
): Promise<readonly Workload[]> {
  const { ensured, engine, target } = deps
  if (ensured.length === 0) return workloads
  const taken = new Set(summaries.map(({ name }) => name))
  const absent = ensured.filter(({ name }) => !taken.has(name))
  const platform = absent.length === 0 ? null : ownPlatform(await engine.version(signal))
  return [
    ...workloads.map((each) => {
      const spec = ensured.find(({ name }) => name === each.name)
      const container = containers.find(({ Id }) => Id === each.instance)
      return spec === undefined || container === undefined ? each : withNotes(each, spec, container)
    }),
    ...absent.map((spec) => absentWorkload(target, spec, platform)),
  ]
}

/** What an engine runs when nobody asks for another platform. */
const ownPlatform = ({ os, architecture }: { readonly os: string; readonly architecture: string }): Platform =>
  normalizePlatform({ os, architecture, variant: null })

/** One that exists, with what it has otherwise than written. Whether its tag matters is for its policy to say. */
export function withNotes(workload: Workload, spec: EnsuredContainer, container: ContainerInspect): Workload {
  const found = differences(spec, container)
  const notes = [
    workload.note,
    found.length > 0 && `it is there with another ${found.join(', ')} than ensure says, which stays as it is`,
    // Whoever stopped it meant it, and what failed and could not be removed is for a person to look at.
    !workload.isRunning && `once it is removed (docker rm ${spec.name}) it is made anew as ensure says`,
  ].filter((each) => typeof each === 'string')
  return {
    ...workload,
    ...(notes.length > 0 && { note: notes.join('; ') }),
    ...(!found.includes('image') && { writtenImage: spec.image }),
  }
}

const absentWorkload = (target: string, spec: EnsuredContainer, platform: Platform | null): Workload => ({
  id: workloadId(target, spec.name),
  target,
  kind: 'container',
  name: spec.name,
  instance: '',
  image: spec.image,
  labels: spec.labels,
  isRunning: false,
  imageId: '',
  repositoryDigests: [],
  platform,
  operation: null,
  restart: spec.restart,
  hasHealthCheck: spec.healthCheck !== null,
  healthBudgetMs: spec.healthCheck === null ? 0 : healthBudgetMs(healthCheckOf(spec.healthCheck)),
  scale: 1,
  after: [],
  suggestedOrder: { order: 'stop-first', why: 'there is nothing that it would replace' },
  noStartFirst: null,
  definedBy: [],
  leftAlone: null,
  isAbsent: true,
})
