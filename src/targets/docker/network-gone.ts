import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import { AppError } from '../../errors.ts'
import { networkLostCode } from '../../rollout/network-lost-code.ts'
import { networkNames } from '../engine/carry-over-networks.ts'
import { nameOf } from '../engine/dependants.ts'
import type { DockerDeps } from './docker-deps.ts'

/** What a person runs to have a container on a network again, as the end of a sentence. */
export const connectAgain = (network: string, name: string): string =>
  `run: docker network create ${network} (where it is gone), docker network connect ${network} ${name}`

/**
 * That all networks of a container that is made again are there: without one of them it would be made on fewer.
 * @throws TARGET_NETWORK_LOST
 */
export async function requireNetworks(
  { engine }: Pick<DockerDeps, 'engine'>,
  old: ContainerInspect,
  signal: AbortSignal,
): Promise<void> {
  for (const network of networkNames(old)) {
    const isThere = await engine.hasNetwork(network, signal).catch((error: unknown) => {
      // Whoever may not ask is told by what makes it.
      if (error instanceof AppError && error.code === 'TARGET_FORBIDDEN') return true
      throw error
    })
    if (isThere) continue
    throw new AppError(networkLostCode, `its network ${network} is gone; run: docker network create ${network}`)
  }
}

/** Why a container could not be connected: where the engine no longer has the network, with what to do about it. */
export function connectFailure(error: unknown, network: string, name: string): unknown {
  if (!(error instanceof AppError) || error.code !== 'TARGET_NOT_FOUND') return error
  return new AppError(networkLostCode, `its network ${network} is gone; ${connectAgain(network, name)}`, {
    cause: error,
  })
}

/**
 * Why a container did not start: where one of its networks was removed while it was down, with what to do about it. It
 * keeps the id of that one, which another network of that name does not have.
 */
export function offNetwork(error: unknown, container: ContainerInspect): unknown {
  const told = error instanceof AppError ? /\bnetwork (\S+) not found/.exec(error.message)?.[1] : undefined
  const gone = networkNames(container).find(
    (each) => each === told || container.NetworkSettings.Networks?.[each]?.NetworkID === told,
  )
  if (told === undefined || gone === undefined) return error
  const name = nameOf(container)
  const sentence = `its network ${gone} is gone; run: docker network create ${gone}, docker network disconnect ${gone} ${name}, docker network connect ${gone} ${name}`
  return new AppError(networkLostCode, sentence, { cause: error })
}
