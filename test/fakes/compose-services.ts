import type { ContainerInspect, ContainerState } from '../../src/clients/docker/shapes.ts'
import { readComposeLabels } from '../../src/targets/engine/compose-labels.ts'
import type { Member, Service } from '../../src/targets/compose/services.ts'
import { container } from './inspect.ts'

/** What a test says about one container of a Compose service. */
export interface GivenMember {
  readonly project?: string
  readonly service?: string
  readonly number?: number
  /** As Compose names it unless told otherwise. */
  readonly name?: string
  readonly id?: string
  readonly labels?: Readonly<Record<string, string>>
  /** Engine id of its image. */
  readonly image?: string
  readonly state?: Partial<ContainerState>
  readonly inspect?: Parameters<typeof container>[0]
}

const prefix = 'com.docker.compose.'

/** Labels as Compose writes them, by the part of the name that follows its prefix. */
export const composeLabels = (labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(labels).map(([key, value]) => [`${prefix}${key}`, value]))

/** A running container of the service `web` of the project `shop`, with what a test says about it. */
export function composeContainer(given: GivenMember = {}): ContainerInspect {
  const { project = 'shop', service = 'web', number = 1, image = 'sha256:old', inspect = {} } = given
  const { name = `${project}-${service}-${number}`, labels = {}, state = {} } = given
  const base = container(inspect)
  const Labels = {
    ...composeLabels({
      project,
      service,
      'container-number': String(number),
      'config-hash': 'hash',
      'project.config_files': '/srv/shop/compose.yaml',
      'project.working_dir': '/srv/shop',
      version: '2.26.1',
    }),
    ...base.Config.Labels,
    ...labels,
  }
  const Id = given.id ?? `${name}-id`
  return {
    ...base,
    Id,
    Name: `/${name}`,
    Image: image,
    // The engine names it after its id.
    Config: { ...base.Config, Hostname: inspect.Config?.Hostname ?? Id.slice(0, 12), Labels },
    State: { ...base.State, ...state },
  }
}

export function composeMember(given: GivenMember = {}): Member {
  const made = composeContainer(given)
  const labels = made.Config.Labels ?? {}
  const compose = readComposeLabels(labels)
  if (compose === null) throw new Error('its labels have to be those of a service')
  return { container: made, labels, compose }
}

/** One service of the containers that are given, of one running `shop-web-1` without any. */
export function composeService(...given: readonly GivenMember[]): Service {
  const [first, ...others] = given.length === 0 ? [{}] : given
  const members: Service['members'] = [composeMember(first), ...others.map(composeMember)]
  const { project, service } = members[0].compose
  return { project, service, members }
}

export const exited: Partial<ContainerState> = { Status: 'exited', Running: false }
export const paused: Partial<ContainerState> = { Status: 'paused', Paused: true }
export const created: Partial<ContainerState> = {
  Status: 'created',
  Running: false,
  StartedAt: '0001-01-01T00:00:00Z',
}
