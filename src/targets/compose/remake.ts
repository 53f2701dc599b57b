import { AppError } from '../../errors.ts'
import type { ComposedDependant } from '../../rollout/dependant.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { ComposeProject } from '../../clients/compose/project.ts'
import { dependencies } from '../engine/dependants.ts'
import type { Remaking, RemakingHow } from '../engine/remaking.ts'
import { withImageUnder } from '../engine/with-image-under.ts'
import type { LeftAlone } from '../target.ts'
import { agreement } from './agreement.ts'
import { bringUp } from './bring-up.ts'
import { nameParts, type ComposeDeps } from './compose-deps.ts'
import { filesOf, readIfThere } from './files.ts'
import { inputsOf } from './inputs.ts'
import { clearLeftovers } from './leftovers.ts'
import { projectOf } from './project-of.ts'
import { unreadyDependency } from './readiness.ts'
import { readDefinition } from './read-definition.ts'
import { replacedNames } from './replaced-names.ts'
import { requireRights } from './require-rights.ts'
import { findService, findServices, withoutMemory, type Service } from './services.ts'
import { readSnapshot, withFilesOf, type Snapshot } from './snapshot.ts'
import { orStartDependants } from './start-olds.ts'

/**
 * Makes services again that live in containers which are not Compose's: their own files stay as they are, and Compose,
 * which looks at those alone, would see nothing to do, so it has to be forced.
 */
export const createRemaking = (deps: ComposeDeps): Remaking => ({
  whyNot: (services, signal) => whyNot(deps, services, signal),
  capture: (services, signal) => captureEach(deps, services, signal),
  remake: (rollout, how, signal) => remake(deps, rollout, how, signal),
  namesOfReplaced: async () => new Map([...(await replacedNames(deps))].map(([id, { name }]) => [id, name])),
})

async function whyNot(
  deps: ComposeDeps,
  services: readonly ComposedDependant[],
  signal: AbortSignal,
  mayBeHalfMade = false,
): Promise<LeftAlone | null> {
  for (const each of services) {
    const reason = await whyNotOne(deps, each, mayBeHalfMade, signal)
    if (reason === null) continue
    return {
      code: reason.code,
      sentence: `its dependant ${each.name} cannot be made again with it: ${reason.sentence}`,
    }
  }
  return null
}

async function whyNotOne(
  deps: ComposeDeps,
  { name, wasRunning }: ComposedDependant,
  mayBeHalfMade: boolean,
  signal: AbortSignal,
): Promise<LeftAlone | null> {
  const { service, all } = await findService(deps, name, signal)
  // Whoever took it down meant it, and has nothing that could break.
  if (service === null) return null
  const unready = wasRunning ? unreadyDependency(service, all) : null
  if (unready !== null) return unready
  const project = projectOf(service.members[0].compose, deps.configured)
  try {
    // Before Compose is let near the files: what they name may lie elsewhere.
    const definition = await readDefinition(deps, project, service.service)
    const asked = { project, definition, services: [service.service] }
    const inputs = await inputsOf(deps, asked)
    const gone = await goneAmong(deps, service, signal)
    if (mayBeHalfMade && (gone !== null || (wasRunning && isUnstarted(service)))) return null
    if (gone !== null) return { code: 'PROVIDER_GONE', sentence: `${gone}, which it uses too, is gone` }
    return await agreement(deps, asked, inputs, { service, all }, signal)
  } catch (error) {
    if (!(error instanceof AppError) || !error.code.startsWith('COMPOSE_')) throw error
    return { code: error.code, sentence: error.message }
  }
}

/** Of Compose that was killed, with the state lost, while it made them again: one that is there and was never started. */
const isUnstarted = ({ members }: Service): boolean =>
  members.some(({ container }) => container.State.Status === 'created')

/** What a service uses and nobody could give it again; its id may be in the hash of the service. Null for nothing. */
async function goneAmong({ engine }: ComposeDeps, { members }: Service, signal: AbortSignal): Promise<string | null> {
  for (const { on } of members.flatMap(({ container }) => dependencies(container))) {
    if ((await engine.inspectContainer(on, signal)) === null) return `the container ${on.slice(0, 12)}`
  }
  return null
}

type Captured = Readonly<Record<string, Snapshot>>

async function captureEach(
  deps: ComposeDeps,
  services: readonly ComposedDependant[],
  signal: AbortSignal,
): Promise<Captured> {
  const found: Record<string, Snapshot> = {}
  for (const { name } of services) {
    const { service } = await findService(withoutMemory(deps), name, signal)
    if (service === null) continue
    const { compose } = service.members[0]
    const project = projectOf(compose, deps.configured)
    const { source } = await readDefinition(deps, project, service.service)
    const paths = [...new Set([...filesOf(project), ...source.contents.keys()])].filter((path) => path !== '/dev/null')
    const files = await Promise.all(
      paths.map(async (path) => ({ path, base64: (await readIfThere(path))?.toString('base64') ?? '' })),
    )
    found[name] = { compose, containers: service.members.map(({ container }) => container), files }
  }
  await rehearse(deps, services, signal)
  return found
}

/** @throws what keeps Compose from its work, as a right that a proxy lacks, before anything is touched */
async function rehearse(deps: ComposeDeps, services: readonly ComposedDependant[], signal: AbortSignal): Promise<void> {
  for (const [project, those] of Map.groupBy(services, ({ name }) => nameParts(name).project)) {
    const names = those.map(({ name }) => nameParts(name).service)
    const there = (await findServices(withoutMemory(deps), project, signal)).filter((each) =>
      names.includes(each.service),
    )
    const [first] = there
    if (first === undefined) continue
    const scale = Object.fromEntries(there.map(({ service, members }) => [service, members.length]))
    const from = projectOf(first.members[0].compose, deps.configured)
    await requireRights(deps, from, Object.keys(scale), signal)
    const how = { scale, forceRecreate: true, noStart: true }
    await deps.compose.dryRunUp(from, Object.keys(scale), how, signal)
  }
}

async function remake(deps: ComposeDeps, rollout: Rollout, how: RemakingHow, signal: AbortSignal): Promise<void> {
  // A command that was under way when we were killed may still be at work.
  await deps.compose.waitForOrphans(rollout.id, signal)
  // What an earlier try left half made differs from its files by that alone.
  const isFirst = rollout.attempted.filter((each) => each === 'up-dependants').length < 2
  if (!how.isWayBack && isFirst) await requireReady(deps, rollout.composed ?? [], signal)
  // In their order: one that lives in another's container knows that by the id which it has by then.
  const groups = Map.groupBy(rollout.composed ?? [], ({ name, wasRunning }) => {
    return `${nameParts(name).project} ${wasRunning ? 'up' : 'made'}`
  })
  for (const services of groups.values()) await remakeTogether(deps, rollout, services, how, signal)
}

/** @throws TARGET_CONFLICT when their files were edited since it was planned */
async function requireReady(
  deps: ComposeDeps,
  services: readonly ComposedDependant[],
  signal: AbortSignal,
): Promise<void> {
  const reason = await whyNot(deps, services, signal, true)
  if (reason !== null) throw new AppError('TARGET_CONFLICT', reason.sentence)
}

/** Services of one project, by one command: Compose knows which of them live in which. */
async function remakeTogether(
  deps: ComposeDeps,
  rollout: Rollout,
  services: readonly ComposedDependant[],
  { isWayBack, captured }: RemakingHow,
  signal: AbortSignal,
): Promise<void> {
  const project = nameParts(services[0]?.name ?? '').project
  const make = async () => {
    // Before they are counted: what a killed `up` left beside them is none of theirs.
    const names = services.map(({ name }) => nameParts(name).service)
    await clearLeftovers(withoutMemory(deps), project, names, signal, isWayBack)
    const all = await findServices(withoutMemory(deps), project, signal)
    const there = services.flatMap((plan) => {
      const found = all.find(({ service }) => service === nameParts(plan.name).service)
      return found === undefined ? [] : [{ plan, found }]
    })
    const [first, ...others] = there
    if (first === undefined) return
    const how = {
      scale: first.found.members.length,
      scales: Object.fromEntries(others.map(({ found }) => [found.service, found.members.length])),
      forceRecreate: true,
      isWayBack,
      ...(!first.plan.wasRunning && { noStart: true }),
    }
    const followers = others.map(({ found }) => found.service)
    const bring = (from: ComposeProject) =>
      bringUp(deps, from, { id: rollout.id, name: first.plan.name }, followers, how, signal)
    const run = () => asTheyWere(deps, first.found, isWayBack ? snapshotOf(captured, first.plan.name) : null, bring)
    await withImages(deps, services, run, signal)
  }
  await deps.inTurn(project, () => (isWayBack ? orStartDependants(deps, services, signal, make) : make()))
}

/** From a copy of the files where somebody has edited them since: their edit does not take effect without them. */
async function asTheyWere(
  deps: ComposeDeps,
  { members: [member] }: Service,
  snapshot: Snapshot | null,
  bring: (from: ComposeProject) => Promise<void>,
): Promise<void> {
  const project = projectOf(member.compose, deps.configured)
  if (snapshot === null || !(await isEdited(snapshot))) return bring(project)
  return withFilesOf(snapshot, project, deps.spareFolder, bring)
}

async function isEdited({ files }: Snapshot): Promise<boolean> {
  for (const { path, base64 } of files) {
    const now = await readIfThere(path).catch(() => null)
    if ((now?.toString('base64') ?? '') !== base64) return true
  }
  return false
}

function snapshotOf(captured: unknown, name: string): Snapshot | null {
  if (typeof captured !== 'object' || captured === null) return null
  const found = new Map<string, unknown>(Object.entries(captured)).get(name)
  return found === undefined ? null : readSnapshot(found)
}

/** Their tags name the images that they run, for that long: the rollout itself may have moved one that they share. */
function withImages(
  deps: ComposeDeps,
  services: readonly ComposedDependant[],
  work: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const [first, ...others] = services
  if (first === undefined) return work()
  return withImageUnder(deps, first, () => withImages(deps, others, work, signal), signal)
}
