import type { ContainerInspect } from '../../../clients/docker/shapes.ts'
import { AppError } from '../../../errors.ts'
import type { Dependant } from '../../../rollout/dependant.ts'
import { nextName, previousName } from '../../../rollout/names.ts'
import { policyRestarts } from '../../../rollout/restart-policy.ts'
import type { Rollout } from '../../../rollout/rollout.ts'
import { nameOf } from '../../engine/dependants.ts'
import { parseRestartPolicy } from '../../engine/restart-policy.ts'
import { startFailure } from '../../engine/start-failure.ts'
import { stopLimitMs } from '../../engine/stop-limit.ts'
import { wasStoppedByHand } from '../../engine/stopped-by-hand.ts'
import type { ApplyContext } from '../../target.ts'
import { rename } from '../apply-names.ts'
import type { DockerDeps } from '../docker-deps.ts'
import { findNew } from '../instance.ts'
import { clearPrevious } from '../leftovers.ts'
import { isUp, livesInPast, memberOf, membersOf, oldOf } from './members.ts'

type Effect = (deps: DockerDeps, rollout: Rollout, context: ApplyContext) => Promise<void>

/** While neither or both run, the engine must not start one of them by itself. */
export const disarmDependants: Effect = async ({ engine }, { dependants }, { signal }) => {
  for (const { instance } of dependants) {
    if ((await engine.inspectContainer(instance, signal)) === null) continue
    await engine.setRestartPolicy(instance, parseRestartPolicy('no'), signal)
  }
}

/** The last that was started ends first. */
export const stopDependants: Effect = async (deps, { dependants }, { signal }) => {
  for (const { instance } of dependants.toReversed()) await stop(deps, instance, signal)
}

export const stopNewDependants: Effect = async (deps, rollout, { signal }) => {
  for (const { made } of (await membersOf(deps, rollout, signal)).toReversed()) await stop(deps, made, signal)
}

export const renameDependants: Effect = async (deps, rollout, { signal }) => {
  for (const { plan, made } of await membersOf(deps, rollout, signal)) {
    const old = await deps.engine.inspectContainer(plan.instance, signal)
    if (old !== null && nameOf(old) === plan.name) {
      await clearPrevious(deps, memberOf(rollout, plan), signal)
      await rename(deps, plan.instance, previousName(plan.name), signal)
    }
    if (made !== null) await rename(deps, made, plan.name, signal)
  }
}

export const renameDependantsBack: Effect = async (deps, rollout, { signal }) => {
  for (const { plan, made } of await membersOf(deps, rollout, signal)) {
    const fresh = made === null ? null : await deps.engine.inspectContainer(made, signal)
    if (fresh !== null && nameOf(fresh) === plan.name) await rename(deps, fresh.Id, nextName(plan.name), signal)
    const old = await inspectOld(deps, rollout, plan, signal)
    if (old !== null && nameOf(old) === previousName(plan.name)) await rename(deps, old.Id, plan.name, signal)
  }
}

/** Each after what it lives in. What a person stopped meanwhile, or what ran to its end, is left so. */
export const startDependants: Effect = async (deps, rollout, { signal }) => {
  for (const { plan, made } of await membersOf(deps, rollout, signal)) {
    const container = made === null || !plan.wasRunning ? null : await deps.engine.inspectContainer(made, signal)
    if (container === null) continue
    if (!isUp(container) && !(await isToBeStarted(deps, rollout, plan, container, signal))) continue
    await bringUp(deps, container, signal).catch(async (error: unknown) => {
      // One that was down before may have a reason of its own.
      if (plan.isDown === true) return
      const failure = startFailure(error)
      throw await inWords(deps, rollout, plan, failure, signal).catch(() => failure)
    })
  }
}

/** Of a new version that has ended by then the engine tells only what it did not find of it. */
async function inWords(
  deps: DockerDeps,
  rollout: Rollout,
  { name }: Dependant,
  failure: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  if (!(failure instanceof AppError) || failure.code !== 'TARGET_START_FAILED') return failure
  const id = await findNew(deps, rollout, signal)
  const fresh = id === null ? null : await deps.engine.inspectContainer(id, signal)
  if (fresh?.State.Status !== 'exited') return failure
  const sentence = `it ended with exit code ${fresh.State.ExitCode} before ${name}, which lives in it, could be started`
  return new AppError(failure.code, sentence, { cause: failure })
}

async function isToBeStarted(
  deps: DockerDeps,
  rollout: Rollout,
  { restart }: Dependant,
  container: ContainerInspect,
  signal: AbortSignal,
): Promise<boolean> {
  if (container.State.Status === 'created') return true
  if (await wasStoppedByHand(deps.engine, container, rollout, 'new', signal)) return false
  return policyRestarts(restart, container.State.ExitCode) || (await livesInPast(deps, container, signal))
}

/** That an old dependant does not start is never the candidate's fault, and keeps no other from being started. */
export const startOldDependants: Effect = async (deps, rollout, { signal }) => {
  const failures: unknown[] = []
  for (const plan of rollout.dependants) {
    const container = plan.wasRunning ? await inspectOld(deps, rollout, plan, signal) : null
    if (container === null) continue
    await bringUpAlone(deps, plan, container, signal).catch((error: unknown) => failures.push(error))
  }
  const [error] = failures
  if (error === undefined) return
  const failure = startFailure(error)
  if (!(failure instanceof AppError) || failure.code !== 'TARGET_START_FAILED') throw failure
  throw new AppError('TARGET_FAILED', failure.message, { cause: error })
}

/** Who has only volumes of what is gone may run on, or be started by hand: a copy beside it would write to the same. */
async function bringUpAlone(
  deps: DockerDeps,
  { instance }: Dependant,
  container: ContainerInspect,
  signal: AbortSignal,
): Promise<void> {
  if (container.Id !== instance) await stop(deps, instance, signal)
  await bringUp(deps, container, signal)
}

export const armDependants: Effect = async (deps, rollout, { signal }) => {
  for (const { plan, made } of await membersOf(deps, rollout, signal)) {
    if (made !== null) await deps.engine.setRestartPolicy(made, parseRestartPolicy(plan.restart), signal)
  }
}

export const armOldDependants: Effect = async (deps, rollout, { signal }) => {
  for (const plan of rollout.dependants) {
    const old = await inspectOld(deps, rollout, plan, signal)
    if (old !== null) await deps.engine.setRestartPolicy(old.Id, parseRestartPolicy(plan.restart), signal)
  }
}

/** Null where a dependant has none that it could go back to. */
async function inspectOld(
  deps: DockerDeps,
  rollout: Rollout,
  plan: Dependant,
  signal: AbortSignal,
): Promise<ContainerInspect | null> {
  const id = await oldOf(deps, rollout, plan, signal)
  return id === null ? null : deps.engine.inspectContainer(id, signal)
}

/** The instance itself ends and starts again, in the present run of what it lives in. */
export const restartOld: Effect = async (deps, { oldInstance }, { signal }) => {
  const container = await deps.engine.inspectContainer(oldInstance, signal)
  if (container === null) throw new AppError('TARGET_NOT_FOUND', `the container ${oldInstance.slice(0, 12)} is gone`)
  await bringUp(deps, container, signal).catch((error: unknown) => {
    throw startFailure(error)
  })
}

/** It runs, and was started after everything that it lives in. */
async function bringUp(deps: DockerDeps, container: ContainerInspect, signal: AbortSignal): Promise<void> {
  if (!isUp(container)) return deps.engine.startContainer(container.Id, signal)
  if (!(await livesInPast(deps, container, signal))) return
  // In one call: were it two, and we killed between them and our state lost, it would stay stopped.
  await deps.engine.restartContainer(container.Id, stopLimitMs(container) + startLimitMs, signal)
}

/** For its start, beyond what it takes to end. */
const startLimitMs = 60_000

async function stop(deps: DockerDeps, id: string | null, signal: AbortSignal): Promise<void> {
  const container = id === null ? null : await deps.engine.inspectContainer(id, signal)
  if (container === null || !isUp(container)) return
  await deps.engine.stopContainer(container.Id, stopLimitMs(container), signal)
}
