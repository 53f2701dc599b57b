import { posix } from 'node:path'
import type { ContainerInspect } from '../../../clients/docker/shapes.ts'
import { familiarName, parseReference } from '../../../image/reference.ts'
import { formatRestartPolicy } from '../../engine/restart-policy.ts'
import type { EnsuredContainer } from './ensured-container.ts'

type Check = (spec: EnsuredContainer, container: ContainerInspect) => boolean

/**
 * Settings of a container that are otherwise than the configuration writes them, by the configuration's words; never a
 * value. Only what is written counts, and its tag and digest do not: those are what rollouts move.
 */
export const differences = (spec: EnsuredContainer, container: ContainerInspect): readonly string[] =>
  Object.entries(checks).flatMap(([setting, isAsWritten]) => (isAsWritten(spec, container) ? [] : [setting]))

const checks: Readonly<Record<string, Check>> = {
  image: ({ image }, { Config }) => nameOf(image) === nameOf(Config.Image),
  command: ({ command }, { Config }) => command === null || isSame(command, Config.Cmd),
  entrypoint: ({ entrypoint }, { Config }) => entrypoint === null || isSame(entrypoint, Config.Entrypoint),
  env: ({ env }, { Config }) =>
    Object.entries(env).every(([name, value]) => (Config.Env ?? []).includes(`${name}=${value.reveal()}`)),
  ports: ({ ports }, { HostConfig }) =>
    ports.every(({ container, host, address }) =>
      (HostConfig.PortBindings?.[container] ?? []).some(
        ({ HostIp = '', HostPort = '' }) => HostIp === address && (host === '' || HostPort === host),
      ),
    ),
  volumes: ({ volumes }, { Mounts }) =>
    volumes.every((written) => {
      const [source = '', destination = source] = written.split(':')
      const mount = (Mounts ?? []).find((each) => isSamePath(each.Destination, destination))
      return (
        mount !== undefined && (!written.includes(':') || mount.Name === source || isSamePath(mount.Source, source))
      )
    }),
  networks: ({ networks }, { HostConfig, NetworkSettings }) =>
    networks.every((each) => HostConfig.NetworkMode === each || NetworkSettings.Networks?.[each] !== undefined),
  restart: ({ restart }, { HostConfig }) => formatRestartPolicy(HostConfig.RestartPolicy) === restart,
  user: ({ user }, { Config }) => user === null || Config.User === user,
  workingDir: ({ workingDir }, { Config }) => workingDir === null || Config.WorkingDir === workingDir,
  hostname: ({ hostname }, { Config }) => hostname === null || Config.Hostname === hostname,
  labels: ({ labels }, { Config }) =>
    Object.entries(labels).every(([label, value]) => Config.Labels?.[label] === value),
  healthCheck: ({ healthCheck }, { Config }) =>
    healthCheck === null || isSame(['CMD', ...healthCheck.test], Config.Healthcheck?.Test),
  init: ({ init }, { HostConfig }) => !init || HostConfig['Init'] === true,
  readOnly: ({ readOnly }, { HostConfig }) => !readOnly || HostConfig['ReadonlyRootfs'] === true,
  capAdd: ({ capAdd }, { HostConfig }) => hasAll(capAdd, HostConfig['CapAdd']),
  capDrop: ({ capDrop }, { HostConfig }) => hasAll(capDrop, HostConfig['CapDrop']),
}

function nameOf(image: string): string {
  try {
    return familiarName(parseReference(image))
  } catch {
    return image
  }
}

const isSame = (one: readonly string[], other: readonly string[] | null | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other ?? [])

const isSamePath = (one: string, other: string): boolean => posix.resolve('/', one) === posix.resolve('/', other)

/** Some engines write the prefix that others leave out. */
const hasAll = (wanted: readonly string[], found: unknown): boolean => {
  const has = new Set(Array.isArray(found) ? found.map((each) => String(each).replace(/^CAP_/, '')) : [])
  return wanted.every((each) => has.has(each.replace(/^CAP_/, '')))
}
