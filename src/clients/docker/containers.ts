import { AppError } from '../../errors.ts'
import { encodeName, type Call } from './call.ts'
import { listOf, numberOf, objectOf, textMapOf, textOf, textsOf } from './json.ts'
import type { ContainerInspect, CreateBody, EngineRestartPolicy } from './shapes.ts'

/** One line of the list of containers. */
export interface ContainerSummary {
  readonly id: string
  /** Without the leading slash; the first that is not a link's. */
  readonly name: string
  /** As the user wrote it; the id where that names another image by now. */
  readonly image: string
  readonly imageId: string
  readonly labels: Readonly<Record<string, string>>
  readonly state: string
}

/** What can be asked of the engine about containers. Names stand wherever ids do. */
export interface ContainerCalls {
  /** All of them, running and not; only those with the label when one is given (`key=value` or `key`). */
  listContainers(signal: AbortSignal, label?: string): Promise<readonly ContainerSummary[]>
  /** Null when there is none. */
  inspectContainer(id: string, signal: AbortSignal): Promise<ContainerInspect | null>
  /** @returns the id of the new container */
  createContainer(name: string, body: CreateBody, platform: string | null, signal: AbortSignal): Promise<string>
  startContainer(id: string, signal: AbortSignal): Promise<void>
  /** Waits as long as the container's own stop timeout, then the engine kills it. */
  stopContainer(id: string, limitMs: number, signal: AbortSignal): Promise<void>
  /**
   * Ends it as `stopContainer` does, where it runs, and starts it: one request, which the engine completes though we be
   * killed in its middle.
   */
  restartContainer(id: string, limitMs: number, signal: AbortSignal): Promise<void>
  renameContainer(id: string, name: string, signal: AbortSignal): Promise<void>
  setRestartPolicy(id: string, policy: EngineRestartPolicy, signal: AbortSignal): Promise<void>
  /** Never by force: a running container is refused. Only anonymous volumes that nothing else uses go with it. */
  removeContainer(id: string, withVolumes: boolean, signal: AbortSignal): Promise<void>
}

/** Making a root file system of a large image can take long. */
const slowLimitMs = 10 * 60_000

export function containerCalls(call: Call): ContainerCalls {
  const post = (path: string, query: Record<string, string>, body: unknown, limitMs: number, signal: AbortSignal) =>
    call.json({ method: 'POST', path, query, body, limitMs }, signal)

  return {
    async listContainers(signal, label) {
      const filters = label === undefined ? {} : { filters: JSON.stringify({ label: [label] }) }
      const answer = await call.json(
        { method: 'GET', path: '/containers/json', query: { all: '1', ...filters } },
        signal,
      )
      return listOf(answer).map(readSummary)
    },
    async inspectContainer(id, signal) {
      try {
        const path = `/containers/${encodeName(id)}/json`
        return readContainer(await call.json({ method: 'GET', path }, signal))
      } catch (error) {
        if (error instanceof AppError && error.code === 'TARGET_NOT_FOUND') return null
        throw error
      }
    },
    async createContainer(name, body, platform, signal) {
      const query = { name, ...(platform === null ? {} : { platform }) }
      return textOf(objectOf(await post('/containers/create', query, body, slowLimitMs, signal))['Id'])
    },
    async startContainer(id, signal) {
      await post(`/containers/${encodeName(id)}/start`, {}, undefined, slowLimitMs, signal)
    },
    async stopContainer(id, limitMs, signal) {
      await post(`/containers/${encodeName(id)}/stop`, {}, undefined, limitMs, signal)
    },
    async restartContainer(id, limitMs, signal) {
      await post(`/containers/${encodeName(id)}/restart`, {}, undefined, limitMs, signal)
    },
    async renameContainer(id, name, signal) {
      await post(`/containers/${encodeName(id)}/rename`, { name }, undefined, slowLimitMs, signal)
    },
    async setRestartPolicy(id, policy, signal) {
      await post(`/containers/${encodeName(id)}/update`, {}, { RestartPolicy: policy }, slowLimitMs, signal)
    },
    async removeContainer(id, withVolumes, signal) {
      const query = { v: withVolumes ? '1' : '0', force: '0' }
      const path = `/containers/${encodeName(id)}`
      await call.json({ method: 'DELETE', path, query, limitMs: slowLimitMs }, signal)
    },
  }
}

function readSummary(value: unknown): ContainerSummary {
  const { Id, Names, Image, ImageID, Labels, State } = objectOf(value)
  const names = textsOf(Names).map((name) => name.replace(/^\//, ''))
  return {
    id: textOf(Id),
    name: names.find((name) => !name.includes('/')) ?? '',
    image: textOf(Image),
    imageId: textOf(ImageID),
    labels: textMapOf(Labels),
    state: textOf(State),
  }
}

function readContainer(value: unknown): ContainerInspect {
  const { Id, Name, State, Config, HostConfig, NetworkSettings, RestartCount, ...rest } = objectOf(value)
  if (textOf(Id) === '' || textOf(Name) === '') {
    throw new AppError('TARGET_FAILED', 'the engine described a container without id or name')
  }
  const read = {
    ...rest,
    Id: textOf(Id),
    Name: textOf(Name),
    RestartCount: numberOf(RestartCount),
    State: objectOf(State),
    Config: objectOf(Config),
    HostConfig: objectOf(HostConfig),
    NetworkSettings: objectOf(NetworkSettings),
  }
  // The parts that everything is read through are objects now; their fields are the engine's documented ones.
  return read as unknown as ContainerInspect
}
