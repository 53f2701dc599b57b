import type { Service } from '../../clients/docker/services.ts'
import type { HealthCheck } from '../../clients/docker/shapes.ts'
import type { SwarmNode, Task } from '../../clients/docker/tasks.ts'
import type { Rollout, ServiceFacts } from '../../rollout/rollout.ts'
import { hasHealthCheck, healthBudgetMs } from '../engine/health-check.ts'
import { mergedHealthCheck } from '../engine/image-defaults.ts'
import { forgivenOf, isDone, isEndSince, isOwnEnd, toldAtOf } from './ends.ts'
import { checkOf } from './image-health.ts'
import { isSameImage, tagged, withoutDigest } from './spec.ts'
import type { SwarmDeps } from './swarm-deps.ts'

/** Everything that a rollout's next step depends on, as the manager tells it now. */
export async function observe(
  { engine }: Pick<SwarmDeps, 'engine'>,
  rollout: Rollout,
  signal: AbortSignal,
): Promise<ServiceFacts> {
  const service = await engine.inspectService(rollout.oldInstance, signal)
  if (service === null) return factsOf(rollout, null, [], [])
  const [tasks, nodes] = await Promise.all([engine.listTasks(service.id, signal), engine.listNodes(signal)])
  const healthCheck = await effectiveCheck(engine, rollout, service, signal)
  return factsOf(rollout, { ...service, healthCheck }, tasks, nodes)
}

/** The health check that tasks of the candidate have: what the service leaves out of it is that of the image. */
async function effectiveCheck(
  engine: Pick<SwarmDeps['engine'], 'inspectImage'>,
  { imageHealth, repository, digest }: Rollout,
  { healthCheck }: Service,
  signal: AbortSignal,
): Promise<HealthCheck | null> {
  if (imageHealth !== undefined) return mergedHealthCheck(healthCheck, checkOf(imageHealth)) ?? null
  if ((healthCheck?.Test ?? []).length > 0) return healthCheck
  // The registry did not tell. Where this machine has not pulled the image, nobody here can.
  const image = await engine.inspectImage(`${repository}@${digest}`, signal)
  return mergedHealthCheck(healthCheck, image?.Config?.Healthcheck) ?? null
}

/** What a service, its tasks and the machines of its Swarm say about a rollout. */
export function factsOf(
  rollout: Rollout,
  service: Service | null,
  tasks: readonly Task[],
  nodes: readonly SwarmNode[],
): ServiceFacts {
  const common = { candidateImage: rollout.digest, tagImage: null, isTagShared: false, isProtected: true }
  if (service === null) return { ...common, ...gone }
  const own = tasks.filter((task) => isSameImage(task.image, service.image) && isOfThisStart(service, task))
  const live = own.filter(({ desired }) => desired === 'running')
  const done = own.filter((task) => isDone(service, task))
  const serving = [...live.filter(({ state }) => state === 'running'), ...done]
  const since = sinceTold(rollout, service)
  const ended = tasks
    .filter((task) => isOfThisStart(service, task) && isSameImage(task.image, candidateImage(rollout)))
    .filter((task) => isEndSince(service, task, nodes, since))
    .toSorted(byChange)
  const ran = ended.filter(isOwnEnd)
  const waiting = live.find(({ state }) => state !== 'running' && state !== 'complete')
  const last = ended.at(-1)
  const { delayMs, monitorMs, failureAction } = service.updating
  const underWay = own.filter(({ state }) => !endStates.has(state))
  const job = service.iteration === null ? null : { done: done.length, active: underWay.length }
  const meant = new Set(tasks.filter(isMeant).map(({ place }) => place)).size
  // One for each node that has it, whatever it runs there by now.
  const places = job === null ? meant : Math.max(1, new Set(own.map(({ place }) => place)).size)
  const wanted = service.replicas ?? places
  return {
    ...common,
    told: toldOf(rollout, service),
    update: service.update === null ? 'none' : updates[service.update.state],
    // Which of its many tasks it was is no help to anybody.
    message: (service.update?.message ?? '').replace(/ of task \w+$/, ''),
    toldAt: toldAtOf(service),
    hasReturnedItself: hasReturnedItself(service),
    returnsByItself: failureAction === 'rollback',
    running: serving.length,
    wanted,
    latestStart:
      serving
        .map(({ changedAt }) => changedAt)
        .toSorted()
        .at(-1) ?? null,
    hasHealthCheck: hasHealthCheck(service.healthCheck),
    isStarting: live.some(({ state }) => startStates.has(state)),
    paceMs: delayMs + monitorMs + service.stopGraceMs + healthBudgetMs(service.healthCheck),
    failures: ended.length,
    failuresForgiven: forgivenOf(service, wanted),
    hasRun: ran.length > 0,
    job,
    isDisturbed: nodes.some(({ changedAt }) => changedAt > (service.update?.startedAt ?? changedAt)),
    lastEnded: ran.at(-1)?.id ?? null,
    // On the way back the candidate is spoken of no more.
    trouble: tell(rollout.stage === 'back' ? waiting : (last ?? waiting)),
  }
}

/** In which a task does nothing any more, or has yet to find a node. */
const endStates = new Set(['new', 'pending', 'complete', 'shutdown', 'failed', 'rejected', 'remove', 'orphaned'])

/** In which a node brings a task there: it pulls for it, makes it, or waits for it to be healthy. */
const startStates = new Set(['assigned', 'accepted', 'preparing', 'starting'])

const gone = {
  told: null,
  toldAt: null,
  hasReturnedItself: false,
  isStarting: false,
  failuresForgiven: 0,
  update: 'none',
  message: '',
  returnsByItself: false,
  running: 0,
  wanted: 0,
  latestStart: null,
  hasHealthCheck: false,
  paceMs: 0,
  failures: 0,
  hasRun: false,
  job: null,
  isDisturbed: false,
  lastEnded: null,
  trouble: null,
} as const

const updates = {
  updating: 'updating',
  paused: 'paused',
  completed: 'completed',
  rollback_started: 'returning',
  rollback_paused: 'return-paused',
  rollback_completed: 'returned',
} as const

/** The image that the candidate runs under in the specification. */
export const candidateImage = ({ image, digest }: Pick<Rollout, 'image' | 'digest'>): string =>
  `${tagged(withoutDigest(image))}@${digest}`

/** The image that the old version runs under there, as far as the rollout knows it. */
export const formerImage = ({ fromReference, fromDigest }: Pick<Rollout, 'fromReference' | 'fromDigest'>): string =>
  fromDigest === null ? fromReference : `${withoutDigest(fromReference)}@${fromDigest}`

function toldOf(rollout: Rollout, { image }: Service): ServiceFacts['told'] {
  if (isSameImage(image, candidateImage(rollout))) return 'after'
  return isSameImage(image, formerImage(rollout)) ? 'before' : 'other'
}

/** Since when ends of the candidate count. What says the old version again was told so after them. */
const sinceTold = (rollout: Rollout, service: Service): string =>
  (toldOf(rollout, service) === 'before' ? rollout.service?.toldAt : null) ?? toldAtOf(service)

/** What a Swarm takes back by itself leaves nothing before it, and what somebody had it take back leaves that. */
const hasReturnedItself = ({ update, previousImage }: Service): boolean =>
  previousImage === null && update !== null && update.state.startsWith('rollback_')

const isOfThisStart = ({ iteration }: Service, task: Task): boolean =>
  iteration === null || task.iteration === iteration

const isMeant = ({ desired }: Task): boolean => desired === 'running' || desired === 'ready'

const byChange = (one: Task, other: Task): number => (one.changedAt < other.changedAt ? -1 : 1)

function tell(task: Task | undefined): string | null {
  if (task === undefined) return null
  const { place, state, message } = task
  return `task ${place} is ${state}${message === '' || message === state ? '' : ` (${message})`}`
}
