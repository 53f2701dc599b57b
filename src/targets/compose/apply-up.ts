import type { ComposeProject } from '../../clients/compose/project.ts'
import { AppError } from '../../errors.ts'
import { mostBeside } from '../../rollout/compose/most-beside.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { stopLimitMs } from '../engine/stop-limit.ts'
import type { ApplyContext } from '../target.ts'
import { bringUp } from './bring-up.ts'
import { nameParts, type ComposeDeps } from './compose-deps.ts'
import { contentHash } from './content-hash.ts'
import { definitionNow } from './files.ts'
import { projectOf } from './project-of.ts'
import { findService, withoutMemory, type Member } from './services.ts'
import { readSnapshot, withFilesOf } from './snapshot.ts'

/** All instances, and what lives in them, are what file and tag say. */
export function up(deps: ComposeDeps, rollout: Rollout, context: ApplyContext): Promise<void> {
  return inProject(deps, rollout, context, async (project) => {
    await requireSame(deps, project, rollout, context.signal)
    const followers = rollout.definition?.followers ?? []
    await bringUp(deps, project, rollout, followers, { scale: rollout.scale }, context.signal)
  })
}

/** One more instance, beside those that run, unless it is there already; a created one is started. */
export function add(deps: ComposeDeps, rollout: Rollout, context: ApplyContext): Promise<void> {
  return inProject(deps, rollout, context, async (project) => {
    await requireSame(deps, project, rollout, context.signal)
    const { service } = await findService(withoutMemory(deps), rollout.name, context.signal)
    // Fewer than there are would have Compose remove the others.
    const scale = Math.max(mostBeside(rollout), service?.members.length ?? 0)
    await bringUp(deps, project, rollout, [], { scale, noRecreate: true }, context.signal)
  })
}

/**
 * The oldest instance of the old version goes. Compose has no word for that, so the engine is told; only a container
 * that carries Compose's own labels of this very service, and does not run the candidate, is touched (I8). Where one has
 * gone already, none does.
 */
export async function removeOne(deps: ComposeDeps, rollout: Rollout, { signal }: ApplyContext): Promise<void> {
  const { service } = await findService(withoutMemory(deps), rollout.name, signal)
  const members = service?.members ?? []
  const old = members.find((each) => isOld(each, rollout))
  if (old === undefined || members.length < mostBeside(rollout)) return
  await remove(deps, old, signal)
}

/**
 * The old version runs again as it did. Where somebody has edited the files since, it is brought up from a copy of what
 * they were, so that their edit neither is lost nor takes effect without them.
 */
export function upOld(deps: ComposeDeps, rollout: Rollout, context: ApplyContext): Promise<void> {
  return inProject(deps, rollout, context, async (project) => {
    const { definition, scale } = rollout
    const followers = definition?.followers ?? []
    const run = async (from: ComposeProject) => {
      await removeSurplus(deps, rollout, context.signal)
      await bringUp(deps, from, rollout, followers, { scale, isWayBack: true }, context.signal)
    }
    if (definition === null || (await definitionNow(definition)) === 'before') return run(project)
    return withFilesOf(readSnapshot(context.snapshot), project, deps.spareFolder, run)
  })
}

/**
 * The new instances beside as many as are wanted go before Compose looks: told to have fewer, it keeps and recreates
 * those that differ from the file, and removes the good ones (2.26.1).
 */
async function removeSurplus(deps: ComposeDeps, rollout: Rollout, signal: AbortSignal): Promise<void> {
  const { service } = await findService(withoutMemory(deps), rollout.name, signal)
  const members = service?.members ?? []
  const surplus = Math.max(0, members.length - rollout.scale)
  const news = members.filter((each) => !isOld(each, rollout))
  for (const each of news.toReversed().slice(0, surplus)) await remove(deps, each, signal)
}

async function remove({ engine }: ComposeDeps, { container }: Member, signal: AbortSignal): Promise<void> {
  await engine.stopContainer(container.Id, stopLimitMs(container), signal)
  await engine.removeContainer(container.Id, false, signal)
}

/**
 * A pull can take long, and not every file that Compose reads is watched: an `env_file:`, a secret. What changed in them
 * meanwhile must not come along with the new image.
 */
async function requireSame(
  deps: ComposeDeps,
  project: ComposeProject,
  { name, definition }: Rollout,
  signal: AbortSignal,
): Promise<void> {
  if (definition === null || definition.hash === null) return
  if ((await contentHash(deps, project, nameParts(name).service, signal)) === definition.hash) return
  throw new AppError('TARGET_CONFLICT', 'its files or its environment were changed while the image was pulled')
}

const isOld = ({ container }: Member, { toImage, fromReference, image }: Rollout): boolean =>
  container.Image !== toImage || (image !== fromReference && container.Config.Image === fromReference)

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
