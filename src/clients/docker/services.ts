import { AppError } from '../../errors.ts'
import { encodeName, type Call } from './call.ts'
import { listOf, numberOf, objectOf, textMapOf, textOf, type JsonObject } from './json.ts'
import { registryAuth, type RegistryCredentials } from './registry-auth.ts'
import type { HealthCheck } from './shapes.ts'
import {
  readIteration,
  readNode,
  readTask,
  readTaskSettings,
  type SwarmNode,
  type Task,
  type TaskSettings,
} from './tasks.ts'

/** One service of a Swarm. */
export interface Service {
  readonly id: string
  readonly name: string
  /** Every write changes it, the Swarm's own too; a write that names another one is refused. */
  readonly version: number
  /** Of the service, not of its containers. */
  readonly labels: Readonly<Record<string, string>>
  /** `repository:tag@digest`, as far as somebody wrote it or the Swarm resolved it; empty for a plug-in. */
  readonly image: string
  readonly mode: 'replicated' | 'global' | 'replicated-job' | 'global-job'
  /** Which start of a job this is, as `Task` has it; null for what is none. */
  readonly iteration: number | null
  /** Tasks that run now; null where nobody asked for that. */
  readonly running: number | null
  /** Tasks of the present start of a job that came to their end; null for what is none, and where nobody asked. */
  readonly completed: number | null
  /** Tasks that are wanted; null where there is one for each node. */
  readonly replicas: number | null
  readonly healthCheck: HealthCheck | null
  /** What the owner says of updates, in the engine's words; times in milliseconds. */
  readonly updating: {
    readonly order: 'stop-first' | 'start-first'
    readonly failureAction: 'pause' | 'continue' | 'rollback'
    readonly delayMs: number
    readonly monitorMs: number
    /** Share of its tasks that may fail in an update, from 0 to 1. */
    readonly maxFailureRatio: number
  }
  readonly stopGraceMs: number
  /** Whether a task that ends well is started again; otherwise that is its proper end. */
  readonly restartsCompleted: boolean
  /** The latest update; null where there was none, or it has not begun yet. */
  readonly update: ServiceUpdate | null
  /** ISO time of the latest write, whoever it was, by the manager's clock. */
  readonly updatedAt: string
  /** Image that it was told to run before the latest write of its specification; null for none, as after a rollback. */
  readonly previousImage: string | null
  /** The whole specification, to be sent back with what changes in it. */
  readonly spec: JsonObject
}

/** How far the Swarm has come with an update of a service. */
export interface ServiceUpdate {
  readonly state: 'updating' | 'paused' | 'completed' | 'rollback_started' | 'rollback_paused' | 'rollback_completed'
  /** The Swarm's own words. */
  readonly message: string
  /** ISO time of the manager's clock. */
  readonly startedAt: string
}

/** Why an engine tells nothing of services: it is in no Swarm, or it is there and no manager. */
export type NoManager = 'no-swarm' | 'worker'

/** What can be asked of a manager about its Swarm. */
export interface ServiceCalls {
  listServices(signal: AbortSignal): Promise<readonly Service[] | NoManager>
  /** Null when there is none. */
  inspectService(id: string, signal: AbortSignal): Promise<Service | null>
  /**
   * Gives a service another specification. Nodes pull as whom the credentials name, and keep them until the next update.
   * @throws TARGET_CONFLICT when it was written since it was read
   */
  updateService(
    service: Pick<Service, 'id' | 'name' | 'version'>,
    spec: JsonObject,
    credentials: RegistryCredentials | null,
    signal: AbortSignal,
  ): Promise<void>
  /**
   * Has the Swarm put back the specification before the latest, by the rollback settings of the service.
   * @throws TARGET_CONFLICT when it was written since it was read
   */
  rollBackService(service: Pick<Service, 'id' | 'name' | 'version' | 'spec'>, signal: AbortSignal): Promise<void>
  listTasks(service: string, signal: AbortSignal): Promise<readonly Task[]>
  /** How a task was told to run; null when there is none. */
  inspectTask(id: string, signal: AbortSignal): Promise<TaskSettings | null>
  listNodes(signal: AbortSignal): Promise<readonly SwarmNode[]>
}

export function serviceCalls(call: Pick<Call, 'json'>): ServiceCalls {
  return {
    async listServices(signal) {
      try {
        return listOf(
          await call.json({ method: 'GET', path: '/services', query: { status: 'true' }, isOwnVersion }, signal),
        ).map(readService)
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        const { code, message } = error
        // What is like Docker in the rest knows no such path.
        if (code === 'TARGET_NOT_FOUND') return 'no-swarm'
        if (!message.includes('not a swarm manager')) throw error
        return message.includes('Worker nodes') ? 'worker' : 'no-swarm'
      }
    },
    async inspectService(id, signal) {
      try {
        return readService(
          await call.json({ method: 'GET', path: `/services/${encodeName(id)}`, isOwnVersion }, signal),
        )
      } catch (error) {
        if (error instanceof AppError && error.code === 'TARGET_NOT_FOUND') return null
        throw error
      }
    },
    async updateService({ id, name, version }, spec, credentials, signal) {
      const query = { version: String(version), registryAuthFrom: 'spec' }
      await write(call, { id, name }, query, spec, registryAuth(credentials), signal)
    },
    async rollBackService({ id, name, version, spec }, signal) {
      // Nothing of the specification that is sent counts, but the engine wants one; the credentials come back as well.
      const query = { version: String(version), registryAuthFrom: 'previous-spec', rollback: 'previous' }
      await write(call, { id, name }, query, spec, {}, signal)
    },
    async listTasks(service, signal) {
      const query = { filters: JSON.stringify({ service: [service] }) }
      return listOf(await call.json({ method: 'GET', path: '/tasks', query }, signal)).map(readTask)
    },
    async inspectTask(id, signal) {
      try {
        return readTaskSettings(await call.json({ method: 'GET', path: `/tasks/${encodeName(id)}` }, signal))
      } catch (error) {
        if (error instanceof AppError && error.code === 'TARGET_NOT_FOUND') return null
        throw error
      }
    },
    async listNodes(signal) {
      return listOf(await call.json({ method: 'GET', path: '/nodes' }, signal)).map(readNode)
    },
  }
}

/** The whole specification goes back and forth, also what we do not know of. */
const isOwnVersion = true

async function write(
  call: Pick<Call, 'json'>,
  { id, name }: Pick<Service, 'id' | 'name'>,
  query: Readonly<Record<string, string>>,
  body: JsonObject,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  try {
    const path = `/services/${encodeName(id)}/update`
    await call.json({ method: 'POST', path, query, headers, body, isOwnVersion }, signal)
  } catch (error) {
    if (!(error instanceof AppError) || !error.message.includes('out of sequence')) throw error
    throw new AppError('TARGET_CONFLICT', `the service ${name} was changed meanwhile`, { cause: error })
  }
}

function readService(value: unknown): Service {
  const { ID, Version, UpdatedAt, Spec, PreviousSpec, UpdateStatus, JobStatus, ServiceStatus } = objectOf(value)
  const spec = objectOf(Spec)
  const id = textOf(ID)
  const name = textOf(spec['Name'])
  if (id === '' || name === '') throw new AppError('TARGET_FAILED', 'the engine described a service without id or name')
  const template = objectOf(spec['TaskTemplate'])
  const container = objectOf(template['ContainerSpec'])
  const restart = textOf(objectOf(template['RestartPolicy'])['Condition'])
  const config = objectOf(spec['UpdateConfig'])
  const failureAction = textOf(config['FailureAction'])
  const mode = readMode(objectOf(spec['Mode']))
  const isJob = mode.mode === 'replicated-job' || mode.mode === 'global-job'
  return {
    id,
    name,
    version: numberOf(objectOf(Version)['Index']),
    labels: textMapOf(spec['Labels']),
    image: textOf(container['Image']),
    ...mode,
    running: ServiceStatus === undefined ? null : numberOf(objectOf(ServiceStatus)['RunningTasks']),
    completed: isJob && ServiceStatus !== undefined ? numberOf(objectOf(ServiceStatus)['CompletedTasks']) : null,
    iteration: isJob ? readIteration(objectOf(JobStatus)) : null,
    // Its fields are the engine's documented ones; each is read with its own default.
    healthCheck: container['Healthcheck'] === undefined ? null : (objectOf(container['Healthcheck']) as HealthCheck),
    updating: {
      order: config['Order'] === 'start-first' ? 'start-first' : 'stop-first',
      failureAction: failureAction === 'continue' || failureAction === 'rollback' ? failureAction : 'pause',
      delayMs: milliseconds(config['Delay']),
      monitorMs: milliseconds(config['Monitor']),
      maxFailureRatio: numberOf(config['MaxFailureRatio']),
    },
    stopGraceMs: milliseconds(container['StopGracePeriod']),
    restartsCompleted: !isJob && (restart === 'any' || restart === ''),
    update: readUpdate(objectOf(UpdateStatus)),
    updatedAt: textOf(UpdatedAt),
    previousImage: textOf(objectOf(objectOf(objectOf(PreviousSpec)['TaskTemplate'])['ContainerSpec'])['Image']) || null,
    spec,
  }
}

/** Written in nanoseconds. */
const milliseconds = (value: unknown): number => numberOf(value) / 1e6

function readMode(mode: JsonObject): Pick<Service, 'mode' | 'replicas'> {
  if ('GlobalJob' in mode) return { mode: 'global-job', replicas: null }
  if ('ReplicatedJob' in mode) {
    return { mode: 'replicated-job', replicas: numberOf(objectOf(mode['ReplicatedJob'])['TotalCompletions']) }
  }
  if ('Global' in mode) return { mode: 'global', replicas: null }
  return { mode: 'replicated', replicas: numberOf(objectOf(mode['Replicated'])['Replicas']) }
}

const updateStates: readonly ServiceUpdate['state'][] = [
  'updating',
  'paused',
  'completed',
  'rollback_started',
  'rollback_paused',
  'rollback_completed',
]

function readUpdate({ State, Message, StartedAt }: JsonObject): ServiceUpdate | null {
  const state = updateStates.find((each) => each === State)
  return state === undefined ? null : { state, message: textOf(Message), startedAt: textOf(StartedAt) }
}
