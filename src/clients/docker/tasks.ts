import { numberOf, objectOf, textOf, textsOf, type JsonObject } from './json.ts'

/** One run of a service on a node. The Swarm keeps a few of those that ended. */
export interface Task {
  readonly id: string
  /** The place that it fills: a number, or the beginning of a node's id. */
  readonly place: string
  readonly image: string
  /** Id of the node that it is on; empty while it is on none. */
  readonly node: string
  /** What the Swarm wants of it: `running`, `shutdown`, ... */
  readonly desired: string
  /** `new`, `pending`, `assigned`, `preparing`, `starting`, `running`, `complete`, `shutdown`, `failed`, `rejected`, ... */
  readonly state: string
  /** Why it is in that state, in the Swarm's words: what went wrong where something did. */
  readonly message: string
  readonly exitCode: number
  /** The start of a job that it belongs to; null for none. */
  readonly iteration: number | null
  /** ISO times, of the manager's clock and of the node's. */
  readonly createdAt: string
  readonly changedAt: string
}

/** What is needed to read what a task printed. */
export interface TaskSettings {
  readonly isTerminal: boolean
  /** As `NAME=value`. */
  readonly environment: readonly string[]
}

/** One machine of a Swarm. */
export interface SwarmNode {
  readonly id: string
  readonly os: string
  readonly architecture: string
  readonly isAvailable: boolean
  /** ISO time of the manager's clock: when it last came, went or was told something. */
  readonly changedAt: string
}

/** Which start of a job something belongs to. */
export const readIteration = ({ JobIteration }: JsonObject): number => numberOf(objectOf(JobIteration)['Index'])

/** @param value as `GET /tasks/{id}` describes it */
export function readTaskSettings(value: unknown): TaskSettings {
  const { TTY, Env } = objectOf(objectOf(objectOf(value)['Spec'])['ContainerSpec'])
  return { isTerminal: TTY === true, environment: textsOf(Env) }
}

/** @param value as `GET /tasks` lists it */
export function readTask(value: unknown): Task {
  const { ID, Slot, NodeID, Spec, Status, DesiredState, CreatedAt, JobIteration } = objectOf(value)
  const status = objectOf(Status)
  return {
    id: textOf(ID),
    place: numberOf(Slot) === 0 ? textOf(NodeID).slice(0, 12) : String(numberOf(Slot)),
    image: textOf(objectOf(objectOf(Spec)['ContainerSpec'])['Image']),
    node: textOf(NodeID),
    desired: textOf(DesiredState),
    state: textOf(status['State']),
    message: textOf(status['Err']) || textOf(status['Message']),
    exitCode: numberOf(objectOf(status['ContainerStatus'])['ExitCode']),
    iteration: JobIteration === undefined ? null : readIteration({ JobIteration }),
    createdAt: textOf(CreatedAt),
    changedAt: textOf(status['Timestamp']),
  }
}

/** @param value as `GET /nodes` lists it */
export function readNode(value: unknown): SwarmNode {
  const { ID, Description, Spec, Status, UpdatedAt } = objectOf(value)
  const { OS, Architecture } = objectOf(objectOf(Description)['Platform'])
  const isActive = textOf(objectOf(Spec)['Availability']) !== 'drain'
  return {
    id: textOf(ID),
    os: textOf(OS),
    architecture: textOf(Architecture),
    isAvailable: isActive && textOf(objectOf(Status)['State']) === 'ready',
    changedAt: textOf(UpdatedAt),
  }
}
