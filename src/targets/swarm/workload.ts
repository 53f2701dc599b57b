import type { Service } from '../../clients/docker/services.ts'
import type { SwarmNode } from '../../clients/docker/tasks.ts'
import { normalizePlatform } from '../../image/platform.ts'
import { hasHealthCheck, healthBudgetMs } from '../engine/health-check.ts'
import { canonicalDigests } from '../engine/image-facts.ts'
import type { Workload } from '../target.ts'
import { leftAlone } from './left-alone.ts'
import { withoutDigest } from './spec.ts'
import { workloadId } from './swarm-deps.ts'

/** Written by `docker stack deploy`, which names each service `<stack>_<name>`. */
const stackLabel = 'com.docker.stack.namespace'

export interface ServiceSources {
  readonly target: string
  readonly service: Service
  /** What its tasks run on; null when nobody knows. */
  readonly platform: Pick<SwarmNode, 'os' | 'architecture'> | null
  /** Of a job alone. */
  readonly isJobDone: boolean
}

/** A Swarm service as a workload. What it runs is what it is told to run: its Swarm sees to the rest. */
export function readWorkload({ target, service, platform, isJobDone }: ServiceSources): Workload {
  const { name, image, healthCheck, updating } = service
  const stack = service.labels[stackLabel]
  return {
    id: workloadId(target, name),
    target,
    kind: 'swarm',
    name,
    instance: service.id,
    image: withoutDigest(image),
    labels: service.labels,
    isRunning: service.replicas !== 0,
    imageId: image.split('@')[1] ?? '',
    repositoryDigests: canonicalDigests([image]),
    platform: platform && normalizePlatform({ ...platform, variant: null }),
    operation: null,
    restart: 'no',
    hasHealthCheck: hasHealthCheck(healthCheck),
    healthBudgetMs: healthBudgetMs(healthCheck),
    // A rollout of none takes as many steps as of one.
    scale: Math.max(1, service.replicas ?? 1),
    after: [],
    noStartFirst: updating.order === 'start-first' ? null : 'the update settings of the service say stop-first',
    definedBy: [],
    suggestedOrder: { order: updating.order, why: 'the update settings of the service say so' },
    leftAlone: leftAlone(service),
    ...(service.iteration !== null && {
      isJob: true,
      isJobRunning: (service.running ?? 0) > 0,
      isJobDone,
    }),
    ...(stack !== undefined && stack !== '' && { stack }),
  }
}
