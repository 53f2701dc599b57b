import { realpath } from 'node:fs/promises'
import type { ContainerSummary } from '../../clients/docker/containers.ts'
import { parseReference } from '../../image/reference.ts'
import type { ComposeFacts, InstanceFacts, Rollout } from '../../rollout/rollout.ts'
import { hasTried } from '../../rollout/step.ts'
import { readInstance } from '../engine/instance-facts.ts'
import { keepReference } from '../engine/keep-tag.ts'
import { nameOf } from '../engine/dependants.ts'
import { withProbe } from '../engine/probe.ts'
import { wasStoppedByHand } from '../engine/stopped-by-hand.ts'
import type { ComposeDeps } from './compose-deps.ts'
import { recoverInterruptedWrite } from './definition/write-file-safely.ts'
import { definitionNow } from './files.ts'
import { isFollowing } from './followers.ts'
import { isKnown, knownInstances } from './instances.ts'
import { leftDown } from './left-down.ts'
import { livesInPast } from './outside-providers.ts'
import { lastingName } from './replaced-names.ts'
import { findService, withoutMemory, type Member, type Service } from './services.ts'
import { removeLeftCopies } from './snapshot.ts'

/** Everything that a rollout's next step depends on, read from the engine and the files now. */
export async function observe(deps: ComposeDeps, rollout: Rollout, signal: AbortSignal): Promise<ComposeFacts> {
  const { engine } = deps
  await settle(deps, rollout, signal)
  const [{ service, all }, candidate, tagged, from, kept, summaries] = await Promise.all([
    findService(withoutMemory(deps), rollout.name, signal),
    engine.inspectImage(`${rollout.repository}@${rollout.digest}`, signal),
    engine.inspectImage(`${rollout.repository}:${rollout.tag}`, signal),
    engine.inspectImage(rollout.fromReference, signal),
    engine.inspectImage(keepReference(rollout.workload, rollout.fromImage), signal),
    engine.listContainers(signal),
  ])
  const members = service?.members ?? []
  const known = await knownInstances(deps, rollout, signal)
  const image = candidate?.Id ?? rollout.toImage
  const own = new Set(members.map(({ container }) => container.Id))
  const living = await followers(deps, rollout, { service, all, summaries }, signal)
  const names = [...members.map(({ container }) => nameOf(container)), ...living.map((each) => each.instance.name)]
  const facts = (found: readonly Member[]) => Promise.all(found.map((each) => instance(deps, rollout, each, signal)))
  return {
    olds: await facts(members.filter((each) => !runs(each, rollout, image))),
    news: await Promise.all(
      members
        .filter((each) => runs(each, rollout, image))
        .map(async (each) => {
          const found = await instance(deps, rollout, each, signal)
          return withProbe(deps, rollout, each.container, found, signal)
        }),
    ),
    strangers: members.flatMap(({ container: { Id } }) => (isKnown(known, Id) ? [] : [Id])),
    followers: living,
    ...(names.some((each) => each !== lastingName(each)) && { isHalfMade: true }),
    ...(rollout.follows !== null && { isBehind: await isBehind(deps, members, all, signal) }),
    candidateImage: candidate?.Id ?? null,
    tagImage: tagged?.Id ?? null,
    fromTagImage: from?.Id ?? null,
    isTagShared: summaries.some(
      (each) => !own.has(each.id) && each.image === rollout.image && each.imageId === image && each.state === 'running',
    ),
    isProtected: kept?.Id === rollout.fromImage,
    definition: rollout.definition === null ? 'before' : await definitionNow(rollout.definition),
    oldEndedAt: await oldEndedAt(deps, rollout, own, signal),
  }
}

/** A command that was under way when we were killed may still be at work; nothing can be told before it has ended. */
async function settle(deps: ComposeDeps, rollout: Rollout, signal: AbortSignal): Promise<void> {
  const { id, attempted, definition } = rollout
  const { spareFolder } = deps
  if (deps.settled.has(id)) return
  if (attempted.length > 0) await deps.compose.waitForOrphans(id, signal)
  const edited = definition?.edit?.path
  // A file that could only be written in place may have been left half written.
  const path = edited === undefined ? null : await realpathIfThere(edited)
  // One that cannot be put right keeps no version from serving: it counts as edited by somebody else.
  if (path !== null) await recoverInterruptedWrite({ path, spareFolder }).catch(() => undefined)
  if (hasTried(rollout, 'up-old')) await removeLeftCopies(definition?.files.map((each) => each.path) ?? [], spareFolder)
  deps.settled.add(id)
}

/** Who moved the file away meanwhile must not keep us from bringing a version back. */
const realpathIfThere = (path: string): Promise<string | null> => realpath(path).catch(() => null)

/** Where only the tag changes both versions are of one image, and what the container was made from tells them apart. */
const runs = ({ container }: Member, { image: reference, fromReference }: Rollout, image: string | null): boolean =>
  container.Image === image && (reference === fromReference || isSame(container.Config.Image, reference))

function isSame(one: string, other: string): boolean {
  if (one === other) return true
  const [a, b] = [parseReference(one), parseReference(other)]
  return a.registry === b.registry && a.repository === b.repository && (a.tag ?? 'latest') === (b.tag ?? 'latest')
}

async function instance(deps: ComposeDeps, rollout: Rollout, { container }: Member, signal: AbortSignal) {
  const stoppedByHand = await wasStoppedByHand(deps.engine, container, rollout, 'new', signal)
  return readInstance(container, { connected: true, stoppedByHand })
}

async function isBehind(
  deps: ComposeDeps,
  members: readonly Member[],
  all: readonly Service[],
  signal: AbortSignal,
): Promise<boolean> {
  const own = new Set(all.flatMap((each) => each.members.map(({ container }) => container.Id)))
  for (const { container } of members) if (await livesInPast(deps, container, own, signal)) return true
  return false
}

interface Seen {
  readonly service: Service | null
  /** All of its project. */
  readonly all: readonly Service[]
  readonly summaries: readonly ContainerSummary[]
}

async function followers(
  deps: ComposeDeps,
  rollout: Rollout,
  { service, all, summaries }: Seen,
  signal: AbortSignal,
): Promise<ComposeFacts['followers']> {
  const named = new Set(rollout.definition?.followers ?? [])
  const down = leftDown(rollout)
  const following = all.filter((each) => named.has(each.service))
  const hosts = service === null ? [] : [service, ...following]
  const there = summaries.flatMap(({ id, name }) => [id, name])
  return Promise.all(
    following
      .flatMap((each) => each.members)
      .map(async (each) => ({
        instance: (await instance(deps, rollout, each, signal)) satisfies InstanceFacts,
        isFollowing: service !== null && isFollowing(each.container, hosts, there),
        ...(down.includes(each.compose.service) && { isLeftStopped: true }),
      })),
  )
}

/** Compose removes the old instance, so that only the engine's events tell when it ended. */
async function oldEndedAt(
  { engine, clock }: ComposeDeps,
  rollout: Rollout,
  own: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<string | null> {
  if (rollout.gapMs !== null || !rollout.attempted.includes('up') || own.has(rollout.oldInstance)) return null
  const filters = { types: ['container'], actions: ['die'], container: rollout.oldInstance }
  const until = new Date(clock.now()).toISOString()
  const ends = await engine.pastEvents(filters, rollout.createdAt, until, signal)
  const last = ends.at(-1)
  return last === undefined ? null : new Date(last.at).toISOString()
}
