import { ownLabels, type Labels } from './own-labels.ts'

/** What Compose writes on a container of a service. */
export interface ComposeLabels {
  readonly project: string
  readonly service: string
  /** Place among the instances of the service, from 1. */
  readonly number: number
  readonly configHash: string
  readonly files: readonly string[]
  readonly directory: string
  /** Those that were named when it was brought up; empty where the default `.env` counts. */
  readonly envFiles: readonly string[]
  readonly dependencies: readonly Dependency[]
  /** Of Compose itself. */
  readonly version: string
}

/** A service that another one depends on. */
export interface Dependency {
  readonly service: string
  /** `service_started`, `service_healthy` or `service_completed_successfully`. */
  readonly condition: string
  /** Whether Compose restarts the one that depends on it with it. */
  readonly restarts: boolean
}

const prefix = 'com.docker.compose.'

/**
 * A container's labels without its image's, save Compose's own on a container that Compose made. `docker compose build`
 * writes project and service on images too, so that equal ones prove no forging; the hash of its settings a container
 * has from nobody but Compose.
 *
 * @param imageLabels null of an image that is gone: nothing can be told apart, so the labels are taken as they are
 */
export function trustedLabels(labels: Labels, imageLabels: Labels | null): Labels {
  if (imageLabels === null) return labels
  const own = ownLabels(labels, imageLabels)
  if (own[`${prefix}config-hash`] === undefined) return own
  const composed = Object.entries(labels).filter(([key]) => key.startsWith(prefix))
  return { ...own, ...Object.fromEntries(composed) }
}

/**
 * Reads what Compose wrote; null for a container that belongs to no service, and for one that `docker compose run` made.
 * @param labels as `trustedLabels` returns them: an image must not forge them
 */
export function readComposeLabels(labels: Labels): ComposeLabels | null {
  const project = labels[`${prefix}project`]
  const service = labels[`${prefix}service`]
  if (project === undefined || service === undefined || labels[`${prefix}oneoff`] === 'True') return null
  return {
    project,
    service,
    number: Number(labels[`${prefix}container-number`] ?? '1') || 1,
    configHash: labels[`${prefix}config-hash`] ?? '',
    files: list(labels[`${prefix}project.config_files`]),
    directory: labels[`${prefix}project.working_dir`] ?? '',
    envFiles: list(labels[`${prefix}project.environment_file`]),
    dependencies: list(labels[`${prefix}depends_on`]).map(readDependency),
    version: labels[`${prefix}version`] ?? '',
  }
}

const list = (text = ''): readonly string[] => text.split(',').filter((each) => each !== '')

/** `db:service_healthy:false`; the last part says whether a restart of it restarts the dependant. */
function readDependency(text: string): Dependency {
  const [service = '', condition = 'service_started', restarts] = text.split(':')
  return { service, condition, restarts: restarts === 'true' }
}
