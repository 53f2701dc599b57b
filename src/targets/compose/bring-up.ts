import type { ComposeProject } from '../../clients/compose/project.ts'
import type { ComposeStep } from '../../clients/compose/steps.ts'
import type { UpOptions } from '../../clients/compose/up.ts'
import { AppError } from '../../errors.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { nameOf } from '../engine/dependants.ts'
import { stopLimitMs } from '../engine/stop-limit.ts'
import { nameParts, type ComposeDeps } from './compose-deps.ts'
import { mayOthersStart } from './definition/at-start.ts'
import { clearLeftovers } from './leftovers.ts'
import { readAtStart } from './read-at-start.ts'
import { rememberReplaced } from './replaced-names.ts'
import { findService, withoutMemory, type Member } from './services.ts'
import { startMade } from './start-made.ts'

export interface Bringing {
  readonly scale: number
  readonly noRecreate?: boolean
  readonly forceRecreate?: boolean
  /** Makes them and starts none of them. */
  readonly noStart?: boolean
  /** Numbers of the followers, where the files need not say them. */
  readonly scales?: Readonly<Record<string, number>>
  /** Then nothing is waited for: the old version has to serve again, as it did. */
  readonly isWayBack?: boolean
}

/**
 * Makes a service, and what lives in its containers, what files and tag say.
 *
 * `depends_on` is part of the hash, so dependencies are left out only where Compose would touch them even without
 * starting anything. Where it would only start them, as finished jobs, or wait for one that is not well, it makes the
 * containers first, and they are started without those.
 */
export async function bringUp(
  deps: ComposeDeps,
  project: ComposeProject,
  rollout: Pick<Rollout, 'id' | 'name'>,
  followers: readonly string[],
  { scale, scales = {}, isWayBack = false, ...more }: Bringing,
  signal: AbortSignal,
): Promise<void> {
  const { compose } = deps
  const { service } = nameParts(rollout.name)
  const services = [service, ...followers]
  await clearLeftovers(withoutMemory(deps), project.project, services, signal, isWayBack)
  const { all } = await findService(withoutMemory(deps), rollout.name, signal)
  const there = all.filter((each) => services.includes(each.service)).flatMap((each) => each.members)
  const limitMs = upLimitMs(there)
  const options: UpOptions = { scale: { [service]: scale, ...scales }, operation: rollout.id, ...more }
  const isOwn = ownNames(project.project, services, there)
  const tryOut = async (how: UpOptions) => {
    const { steps, problem } = await compose.dryRunUp(project, services, how, signal)
    if (!isWayBack) refuseRemade(steps)
    const touched = steps.filter(({ kind, action }) => kind === 'container' && action !== 'untouched')
    return { isAlone: touched.every(({ name }) => isOwn(name)), problem }
  }
  const bring = async (how: UpOptions) => {
    await rememberReplaced(deps, there)
    await compose.up(project, services, { ...how, limitMs }, signal)
  }
  /** One by one, in their order: together those that Compose starts would wait for each other. */
  const startEach = async (each: string) => {
    if (mayOthersStart(await readAtStart(deps, project, [each]))) return startMade(deps, rollout.name, [each], signal)
    const count = options.scale?.[each]
    // It starts what is there as it is, and leaves the rest alone.
    const how = { noDeps: true, noRecreate: true, ...(count !== undefined && { scale: { [each]: count } }) }
    await compose.up(project, [each], { ...how, operation: rollout.id, limitMs }, signal)
  }
  const { isAlone, problem } = await tryOut(options)
  if (isAlone && problem !== null && !isWayBack)
    throw new AppError('TARGET_CONFLICT', problem.message, { cause: problem })
  if (isAlone && problem === null) {
    await bring(options)
    return
  }
  if (more.noStart === true) return void (await bring(isAlone ? options : { ...options, noDeps: true }))
  const unstarted = { ...options, noStart: true }
  if ((await tryOut(unstarted)).isAlone) {
    await bring(unstarted)
    for (const each of services) await startEach(each)
  } else {
    await bring({ ...options, noDeps: true })
  }
}

/**
 * Newer versions of Compose (from 2.31 on) make a network anew whose definition was changed, and end whatever is in it
 * for that. The hash of a service says nothing of it.
 * @throws TARGET_CONFLICT
 */
function refuseRemade(steps: readonly ComposeStep[]): void {
  const remade = steps.find(({ kind, action }) => kind !== 'container' && ['remove', 'recreate'].includes(action))
  if (remade === undefined) return
  const { kind, name } = remade
  const sentence = `docker compose would make the ${kind} ${name} anew, since its definition was changed; run: docker compose up -d`
  throw new AppError('TARGET_CONFLICT', sentence)
}

/** Whether a container, by its name, belongs to one of the services: it is there already, or Compose would name it so. */
function ownNames(project: string, services: readonly string[], there: readonly Member[]): (name: string) => boolean {
  const names = new Set(there.map(({ container }) => nameOf(container)))
  const starts = services.flatMap((each) => [`${project}-${each}-`, `${project}_${each}_`])
  return (name) =>
    names.has(name) || starts.some((start) => name.startsWith(start) && /^\d+$/.test(name.slice(start.length)))
}

/** Beyond what the containers ask for to end. */
const upMs = 10 * 60_000

const upLimitMs = (there: readonly Member[]): number =>
  there.reduce((sum, { container }) => sum + stopLimitMs(container), upMs)
