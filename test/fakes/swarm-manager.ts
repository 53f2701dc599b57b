import type { Service } from '../../src/clients/docker/services.ts'
import { digest } from './decide-input.ts'

/** A service of two tasks that runs the first version, and what a test says about it. */
export const swarmService = (change: Partial<Service> = {}): Service => ({
  id: 'service-id',
  name: 'api',
  version: 7,
  labels: { 'longshore.watch': 'true' },
  image: `api:1@${digest('a')}`,
  mode: 'replicated',
  iteration: null,
  running: null,
  completed: null,
  replicas: 2,
  healthCheck: null,
  updating: { order: 'stop-first', failureAction: 'pause', delayMs: 0, monitorMs: 5000, maxFailureRatio: 0 },
  stopGraceMs: 10_000,
  restartsCompleted: true,
  update: null,
  updatedAt: '2025-12-31T00:00:00Z',
  previousImage: null,
  spec: { TaskTemplate: { ContainerSpec: { Image: change.image ?? `api:1@${digest('a')}` } } },
  ...change,
})

/** A manager with one service, and what it was told. */
export function swarmManager(service: Service | null) {
  const told: string[] = []
  const imageOf = (spec: unknown) => /"Image":"([^"]+)"/.exec(JSON.stringify(spec))?.[1] ?? 'nothing'
  const engine = {
    inspectService: async () => service,
    imagePlatforms: async () => [],
    updateService: async (_: unknown, spec: unknown, credentials: unknown) =>
      void told.push(`run ${imageOf(spec)}${credentials === null ? '' : ', signed in'}`),
    rollBackService: async () => void told.push('roll back'),
  }
  return { engine, told }
}
