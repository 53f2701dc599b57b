import type { ComposeProject } from '../../clients/compose/project.ts'
import { AppError } from '../../errors.ts'
import { mostBeside } from '../../rollout/compose/most-beside.ts'
import { isAllStopped, ranBefore } from '../../rollout/compose/ran-before.ts'
import { isLeftStopped } from '../../rollout/left-stopped.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { requireSupport } from '../engine/engine-support.ts'
import { withImageUnder } from '../engine/with-image-under.ts'
import { stopLimitMs } from '../engine/stop-limit.ts'
import type { ApplyContext } from '../target.ts'
import { orBlameCandidate } from './blame-candidate.ts'
import { bringUp, type Bringing } from './bring-up.ts'
import { nameParts, type ComposeDeps } from './compose-deps.ts'
import { definitionNow } from './files.ts'
import { isKnown, knownInstances, rememberNews } from './instances.ts'
import { leftDown } from './left-down.ts'
import { isUp } from './left-alone.ts'
import { inputsHash, inputsOf } from './inputs.ts'
import { isOld } from './is-old.ts'
import { projectOf } from './project-of.ts'
import { readDefinition } from './read-definition.ts'
import { requireRights } from './require-rights.ts'
import { findService, servicesOf, withoutMemory, type Member } from './services.ts'
import { startMade, startNew, startSome } from './start-made.ts'
import { readSnapshot, withFilesOf } from './snapshot.ts'
import { orStartOlds } from './start-olds.ts'

/** All instances, and what lives in them, are what file and tag say. */
export function up(deps: ComposeDeps, rollout: Rollout, context: ApplyContext): Promise<void> {
  return inProject(deps, rollout, context, async (project) => {
    // What only follows another captures nothing, where others are told.
    await requireSupport(deps, rollout, context.signal)
    await requireSame(deps, project, rollout, context.signal)
    await requireRights(deps, project, servicesOf(rollout), context.signal)
    if (await wasStarted(deps, rollout, context.signal)) return
    const forceRecreate = rollout.follows !== null
    const noStart = !forceRecreate && isLeftStopped(rollout)
    const how = { scale: rollout.scale, forceRecreate, ...(noStart && { noStart }) }
    const bring = () => bringAll(deps, project, rollout, how, context.signal)
    // There is no way back from what only follows another.
    const make = () =>
      orStartOlds(deps, rollout, context.signal, () => ofItsImage(deps, rollout, bring, context.signal))
    if (forceRecreate) return rememberNews(deps, rollout, context.signal, make)
    const bringNew = () => rememberNews(deps, rollout, context.signal, bring)
    await orBlameCandidate(deps, rollout, context.signal, bringNew)
  })
}

/** Whether somebody has started the old version since the last look: that is theirs, and the next look tells. */
async function wasStarted(deps: ComposeDeps, rollout: Rollout, signal: AbortSignal): Promise<boolean> {
  if (!isAllStopped(rollout)) return false
  const { service } = await findService(withoutMemory(deps), rollout.name, signal)
  return (service?.members ?? []).some((each) => isOld(each, rollout) && isUp(each.container))
}

/** The service with what lives in its containers; then what was stopped, which is made and not started. */
async function bringAll(
  deps: ComposeDeps,
  project: ComposeProject,
  rollout: Rollout,
  how: Bringing,
  signal: AbortSignal,
): Promise<void> {
  const { followers = [] } = rollout.definition ?? {}
  const stopped = leftDown(rollout)
  const running = followers.filter((each) => !stopped.includes(each))
  await bringUp(deps, project, rollout, running, how, signal)
  if (how.noStart === true) {
    await startSome(deps, rollout.name, ranBefore(rollout), signal)
    await startMade(deps, rollout.name, running, signal)
  }
  for (const service of followers.filter((each) => stopped.includes(each))) {
    const name = `${nameParts(rollout.name).project}/${service}`
    const found = await findService(withoutMemory(deps), name, signal)
    // Who took it down meant it.
    if (found.service === null) continue
    const unstarted = { scale: found.service.members.length, noStart: true, isWayBack: how.isWayBack === true }
    await bringUp(deps, project, { id: rollout.id, name }, [], unstarted, signal)
  }
}

/** What only follows another keeps its image, whatever its tag names by now. */
const ofItsImage = (
  deps: ComposeDeps,
  { fromReference: reference, fromImage: image }: Rollout,
  bring: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> => withImageUnder(deps, { reference, image }, bring, signal)

/** One more instance, beside those that run, unless it is there already; a created one is started. */
export function add(deps: ComposeDeps, rollout: Rollout, context: ApplyContext): Promise<void> {
  return inProject(deps, rollout, context, async (project) => {
    await requireSame(deps, project, rollout, context.signal)
    await requireRights(deps, project, servicesOf(rollout), context.signal)
    const { service } = await findService(withoutMemory(deps), rollout.name, context.signal)
    // Fewer than there are would have Compose remove the others.
    const scale = Math.max(mostBeside(rollout), service?.members.length ?? 0)
    // Where some of the old version are stopped, `up` would start them too, and the way back could not leave them so.
    const noStart = rollout.ranBefore !== undefined
    const bring = async () => {
      const how = { scale, noRecreate: true, ...(noStart && { noStart }) }
      await bringUp(deps, project, rollout, [], how, context.signal)
      if (noStart) await startNew(deps, rollout.name, (each) => !isOld(each, rollout), context.signal)
    }
    const bringNew = () => rememberNews(deps, rollout, context.signal, bring)
    await orBlameCandidate(deps, rollout, context.signal, bringNew)
  })
}

/**
 * The oldest instance of the old version goes, of those that do not run where there are any. Compose has no word for that, so the engine is told; only a container
 * that carries Compose's own labels of this very service, that this rollout knows, and that does not run the candidate,
 * is touched (I8). Where one has gone already, none does; nor where somebody's own `up` has come in between, since what
 * is left is part of what they made of it.
 */
export async function removeOne(deps: ComposeDeps, rollout: Rollout, { signal }: ApplyContext): Promise<void> {
  const { service } = await findService(withoutMemory(deps), rollout.name, signal)
  const members = service?.members ?? []
  const known = await knownInstances(deps, rollout, signal)
  // One that does not run is missed the least.
  const olds = members
    .filter((each) => isOld(each, rollout))
    .toSorted((one, other) => Number(isUp(one.container)) - Number(isUp(other.container)))
  const old = olds.find(({ container }) => isKnown(known, container.Id))
  const isTheirs = olds.some(({ container }) => !isKnown(known, container.Id))
  if (old === undefined || isTheirs || members.length < mostBeside(rollout)) return
  await remove(deps, old, signal)
}

/**
 * The old version runs again as it did. Where somebody has edited the files since, it is brought up from a copy of what
 * they were, so that their edit neither is lost nor takes effect without them.
 */
export function upOld(deps: ComposeDeps, rollout: Rollout, context: ApplyContext): Promise<void> {
  return inProject(deps, rollout, context, (project) =>
    orStartOlds(deps, rollout, context.signal, () => bringBack(deps, project, rollout, context)),
  )
}

async function bringBack(
  deps: ComposeDeps,
  project: ComposeProject,
  rollout: Rollout,
  { signal, snapshot }: ApplyContext,
): Promise<void> {
  const { definition } = rollout
  const noStart = ranBefore(rollout) < rollout.scale
  const run = async (from: ComposeProject) => {
    const scale = await removeSurplus(deps, rollout, signal)
    const how = { scale, isWayBack: true, ...(noStart && { noStart }) }
    await rememberNews(deps, rollout, signal, () => bringAll(deps, from, rollout, how, signal))
  }
  if (definition === null || (await definitionNow(definition)) === 'before') return run(project)
  return withFilesOf(readSnapshot(snapshot), project, deps.spareFolder, run)
}

/**
 * The new instances beside as many as are wanted go before Compose looks: told to have fewer, it keeps and recreates
 * those that differ from the file, and removes the good ones (2.26.1). Those of somebody else stay.
 *
 * @returns how many there have to be, so that Compose removes none of theirs either
 */
async function removeSurplus(deps: ComposeDeps, rollout: Rollout, signal: AbortSignal): Promise<number> {
  const { service } = await findService(withoutMemory(deps), rollout.name, signal)
  const known = await knownInstances(deps, rollout, signal)
  const members = service?.members ?? []
  const surplus = Math.max(0, members.length - rollout.scale)
  const isOurs = ({ container }: Member): boolean => isKnown(known, container.Id)
  const news = members.filter((each) => !isOld(each, rollout) && isOurs(each))
  const removed = news.toReversed().slice(0, surplus)
  for (const each of removed) await remove(deps, each, signal)
  return members.every(isOurs) ? rollout.scale : Math.max(rollout.scale, members.length - removed.length)
}

async function remove({ engine }: ComposeDeps, { container }: Member, signal: AbortSignal): Promise<void> {
  await engine.stopContainer(container.Id, stopLimitMs(container), signal)
  await engine.removeContainer(container.Id, false, signal)
}

/**
 * A pull can take long. What a person changed meanwhile, also in an `env_file:` or a secret, must not come along with
 * the new image, and nothing that Compose may not read must have come into reach.
 *
 * @throws TARGET_CONFLICT, COMPOSE_PATH_REFUSED
 */
async function requireSame(
  deps: ComposeDeps,
  project: ComposeProject,
  { name, definition }: Rollout,
  signal: AbortSignal,
): Promise<void> {
  if (definition === null) return
  const { service } = nameParts(name)
  const asked = {
    project,
    definition: await readDefinition(deps, project, service),
    services: servicesOf({ name, definition }),
  }
  const inputs = await inputsOf(deps, asked)
  const isAsPlanned = (await definitionNow(definition)) === (definition.edit === null ? 'before' : 'after')
  // Null where a version of ours planned it that could not tell.
  const hash = definition.hash === null ? null : await inputsHash(deps, asked, inputs, definition, signal)
  if (isAsPlanned && hash === definition.hash) return
  throw new AppError('TARGET_CONFLICT', 'its files or its environment were changed while the image was pulled')
}

/** One command at a time in a project, called as it was called by its owner. */
async function inProject(
  deps: ComposeDeps,
  rollout: Rollout,
  { signal, snapshot }: ApplyContext,
  work: (project: ComposeProject) => Promise<void>,
): Promise<void> {
  const { service } = await findService(withoutMemory(deps), rollout.name, signal)
  // When a crash left no container, what was captured still knows how to call it.
  const labels = service?.members[0].compose ?? readSnapshot(snapshot).compose
  await deps.inTurn(nameParts(rollout.name).project, () => work(projectOf(labels, deps.configured)))
}
