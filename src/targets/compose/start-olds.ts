import type { ComposedDependant } from '../../rollout/dependant.ts'
import { ranBefore } from '../../rollout/compose/ran-before.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { nameOf } from '../engine/dependants.ts'
import { stopLimitMs } from '../engine/stop-limit.ts'
import { nameParts, type ComposeDeps } from './compose-deps.ts'
import { isOld } from './is-old.ts'
import { leftDown } from './left-down.ts'
import { lastingName } from './replaced-names.ts'
import { findService, withoutMemory, type Member } from './services.ts'
import { isMade } from './start-made.ts'

/**
 * Brings the old version back; where that is not to be had, as where something between us and the engine refuses in the
 * middle, what is left of it is started as it is. It serves then, though nothing else is in order.
 *
 * @throws what `bringBack` threw: there is more to do than that
 */
export const orStartOlds = (
  deps: ComposeDeps,
  rollout: Rollout,
  signal: AbortSignal,
  bringBack: () => Promise<void>,
): Promise<void> => orElse(bringBack, () => startOlds(deps, rollout, signal))

/** The same of services that live in plain containers, whose one version is made again with those. */
export const orStartDependants = (
  deps: ComposeDeps,
  services: readonly ComposedDependant[],
  signal: AbortSignal,
  bringBack: () => Promise<void>,
): Promise<void> =>
  orElse(bringBack, async () => {
    for (const { name, instances } of services.filter(({ wasRunning }) => wasRunning)) {
      const { service } = await findService(withoutMemory(deps), name, signal)
      await startMissing(deps, service?.members ?? [], instances.length, () => true, signal)
    }
  })

async function orElse(bringBack: () => Promise<void>, lastResort: () => Promise<void>): Promise<void> {
  try {
    await bringBack()
  } catch (error) {
    await lastResort().catch(() => undefined)
    throw error
  }
}

async function startOlds(deps: ComposeDeps, rollout: Rollout, signal: AbortSignal): Promise<void> {
  const { service, all } = await findService(withoutMemory(deps), rollout.name, signal)
  // What only follows another has one version.
  const isWanted = (each: Member) => rollout.follows !== null || isOld(each, rollout)
  const started = await startMissing(deps, service?.members ?? [], ranBefore(rollout), isWanted, signal)
  const { followers = [] } = rollout.definition ?? {}
  const stopped = leftDown(rollout)
  const { project } = nameParts(rollout.name)
  for (const name of followers.filter((each) => !stopped.includes(each))) {
    const found = all.find((each) => each.project === project && each.service === name)
    for (const each of found?.members ?? []) {
      // What runs lives in the run of it that has ended.
      if (started === 0 && isUp(each)) continue
      const { container } = each
      await hasStarted(deps.engine.restartContainer(container.Id, stopLimitMs(container), signal))
    }
  }
}

/**
 * Starts as many as are missing, and none beside as many that run: two versions could write to one volume. Those that
 * served come before what was only just made.
 *
 * @returns how many
 */
async function startMissing(
  { engine }: ComposeDeps,
  members: readonly Member[],
  scale: number,
  isWanted: (member: Member) => boolean,
  signal: AbortSignal,
): Promise<number> {
  const missing = scale - members.filter(isUp).length
  const down = members.filter((each) => !isUp(each) && isWanted(each))
  let started = 0
  for (const { container } of down.toSorted((one, other) => Number(isMade(one)) - Number(isMade(other)))) {
    if (started >= missing) break
    const name = nameOf(container)
    // Compose, cut off, may have left it under the name that it has meanwhile; it serves under whichever.
    if (lastingName(name) !== name)
      await engine.renameContainer(container.Id, lastingName(name), signal).catch(() => {})
    if (await hasStarted(engine.startContainer(container.Id, signal))) started += 1
  }
  return started
}

/** One that does not start keeps no other from it. */
const hasStarted = (start: Promise<void>): Promise<boolean> =>
  start.then(
    () => true,
    () => false,
  )

const isUp = ({ container }: Member): boolean => container.State.Running
