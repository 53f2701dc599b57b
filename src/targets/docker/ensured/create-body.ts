import { isAtLeast } from '../../../clients/docker/api-version.ts'
import type { CreateBody, HealthCheck, NetworkEndpoint } from '../../../clients/docker/shapes.ts'
import type { Labels } from '../../engine/own-labels.ts'
import type { EnsuredContainer, EnsuredHealthCheck } from './ensured-container.ts'

/** Networks that are no endpoints: the engine connects to them by the mode alone. */
const modesOnly: readonly string[] = ['host', 'none']

/** The networks of a container as they are asked for. */
export const endpointsOf = ({ networks }: EnsuredContainer): readonly NetworkEndpoint[] =>
  networks.filter((each) => !modesOnly.includes(each)).map((network) => ({ network, endpoint: {} }))

/**
 * What to create for a container that the configuration writes, for its image to fill up. It restarts never by itself
 * until its rollout gives it its restart policy.
 *
 * @param image reference to create it from
 */
export function createBody(
  spec: EnsuredContainer,
  image: string,
  operationLabels: Labels,
  apiVersion: string,
): { readonly body: CreateBody; readonly connectAfterCreate: readonly NetworkEndpoint[] } {
  const [mode] = spec.networks
  const endpoints = endpointsOf(spec)
  const takesSeveral = isAtLeast(apiVersion, '1.44')
  const atCreate = takesSeveral ? endpoints : endpoints.slice(0, 1)
  const anonymous = spec.volumes.filter((each) => !each.includes(':'))
  const body: CreateBody = {
    Image: image,
    Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value.reveal()}`),
    Labels: { ...spec.labels, ...operationLabels },
    ExposedPorts: Object.fromEntries(spec.ports.map((each) => [each.container, {}])),
    Volumes: Object.fromEntries(anonymous.map((each) => [each, {}])),
    ...(spec.command !== null && { Cmd: spec.command }),
    ...(spec.entrypoint !== null && { Entrypoint: spec.entrypoint }),
    ...(spec.user !== null && { User: spec.user }),
    ...(spec.workingDir !== null && { WorkingDir: spec.workingDir }),
    ...(spec.hostname !== null && { Hostname: spec.hostname }),
    ...(spec.healthCheck !== null && { Healthcheck: healthCheckOf(spec.healthCheck) }),
    HostConfig: {
      Binds: spec.volumes.filter((each) => each.includes(':')),
      PortBindings: portBindings(spec),
      RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
      ...(mode !== undefined && { NetworkMode: mode }),
      ...(spec.init && { Init: true }),
      ...(spec.readOnly && { ReadonlyRootfs: true }),
      ...(spec.capAdd.length > 0 && { CapAdd: spec.capAdd }),
      ...(spec.capDrop.length > 0 && { CapDrop: spec.capDrop }),
    },
    ...(atCreate.length > 0 && {
      NetworkingConfig: {
        EndpointsConfig: Object.fromEntries(atCreate.map(({ network, endpoint }) => [network, endpoint])),
      },
    }),
  }
  return { body, connectAfterCreate: takesSeveral ? [] : endpoints.slice(1) }
}

/** The engine's durations are nanoseconds. */
export function healthCheckOf({ test, retries, ...times }: EnsuredHealthCheck): HealthCheck {
  return {
    Test: ['CMD', ...test],
    Interval: nanoseconds(times.intervalMs),
    Timeout: nanoseconds(times.timeoutMs),
    StartPeriod: nanoseconds(times.startPeriodMs),
    Retries: retries ?? 0,
  }
}

const nanoseconds = (ms: number | undefined): number => (ms ?? 0) * 1e6

function portBindings({ ports }: EnsuredContainer) {
  const byPort = Map.groupBy(ports, (each) => each.container)
  return Object.fromEntries(
    [...byPort].map(([port, same]) => [port, same.map(({ address, host }) => ({ HostIp: address, HostPort: host }))]),
  )
}
