import { startFailure } from '../engine/start-failure.ts'
import type { ComposeDeps } from './compose-deps.ts'
import { isUp } from './left-alone.ts'
import { findService, withoutMemory, type Member } from './services.ts'

/**
 * Starts what Compose made and did not start, in the order of the services: each before what lives in its containers.
 * @param name of the workload, whose project they are of
 */
export async function startMade(
  deps: ComposeDeps,
  name: string,
  services: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const { all } = await findService(withoutMemory(deps), name, signal)
  for (const each of services) {
    const members = all.find(({ service }) => service === each)?.members ?? []
    for (const member of members.filter(isMade)) await start(deps, member, signal)
  }
}

/** Starts those instances of the new version that were made and not started, and none of the old one. */
export async function startNew(
  deps: ComposeDeps,
  name: string,
  isNew: (member: Member) => boolean,
  signal: AbortSignal,
): Promise<void> {
  const { service } = await findService(withoutMemory(deps), name, signal)
  for (const member of (service?.members ?? []).filter((each) => isMade(each) && isNew(each)))
    await start(deps, member, signal)
}

/** Starts as many instances of a service as are to run. Those that were just made come first: they may be what ran. */
export async function startSome(deps: ComposeDeps, name: string, count: number, signal: AbortSignal): Promise<void> {
  const { service } = await findService(withoutMemory(deps), name, signal)
  const down = (service?.members ?? []).filter(({ container }) => !isUp(container))
  const missing = Math.max(0, count - ((service?.members.length ?? 0) - down.length))
  const inOrder = down.toSorted((one, other) => Number(isMade(other)) - Number(isMade(one)))
  for (const member of inOrder.slice(0, missing)) await start(deps, member, signal)
}

/** Whether it was made and never started. */
export const isMade = ({ container }: Member): boolean => container.State.Status === 'created'

const start = (deps: ComposeDeps, { container }: Member, signal: AbortSignal): Promise<void> =>
  deps.engine.startContainer(container.Id, signal).catch((error: unknown) => {
    throw startFailure(error)
  })
