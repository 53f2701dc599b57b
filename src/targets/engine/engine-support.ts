import type { EngineVersion } from '../../clients/docker/api-version.ts'
import { AppError } from '../../errors.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import type { EngineNote, LeftAlone, Workload } from '../target.ts'
import type { EngineDeps } from './engine-deps.ts'

type AskedEngine = Pick<EngineDeps, 'engine'>

/** What runs there and what it cannot do for us, for people. */
export async function describeEngine({ engine }: AskedEngine, signal: AbortSignal): Promise<EngineNote> {
  const version = await engine.version(signal)
  const rootless = version.isRootless ? ', rootless' : ''
  return {
    engine: `${nameOf(version)} (API ${version.api}${rootless})`,
    limits: [unsupported(version)?.sentence ?? [], version.isRootless ? withoutAddresses : []].flat(),
  }
}

/** Everything that runs on an engine whose answers we do not understand is left alone, and says why. */
export async function leftAloneByEngine(
  { engine }: AskedEngine,
  workloads: readonly Workload[],
  signal: AbortSignal,
): Promise<readonly Workload[]> {
  const reason = unsupported(await engine.version(signal))
  return reason === null
    ? workloads
    : workloads.map((each) => ({ ...each, leftAlone: each.leftAlone?.code === 'SELF' ? each.leftAlone : reason }))
}

/**
 * That the engine is one that we know how to replace a container on, with this rollout's gate.
 * @throws TARGET_UNSUPPORTED
 */
export async function requireSupport(
  { engine }: AskedEngine,
  { gate }: Pick<Rollout, 'gate'>,
  signal: AbortSignal,
): Promise<void> {
  const version = await engine.version(signal)
  const reason = unsupported(version)
  if (reason !== null) throw new AppError('TARGET_UNSUPPORTED', reason.sentence)
  const asksAddress = gate.probe !== null && gate.probe.kind !== 'exec'
  if (version.isRootless && asksAddress) throw new AppError('TARGET_UNSUPPORTED', withoutAddresses)
}

/** Its containers live in a network namespace of its own; what has such an address in ours is somebody else. */
const withoutAddresses =
  'TCP and HTTP probes do not reach the containers of a rootless engine; use a health check or an exec probe'

function unsupported(version: EngineVersion): LeftAlone | null {
  switch (version.product) {
    case 'docker':
      return null
    case 'podman':
      // 4.3 has no POST /containers/{id}/update; without it the engine may start a version that we stopped.
      return {
        code: 'ENGINE_UNSUPPORTED',
        sentence: `${nameOf(version)} is not Docker in what a way back needs, so its containers are left alone`,
      }
    case 'other':
      return {
        code: 'ENGINE_UNSUPPORTED',
        sentence: 'longshore does not know this kind of engine, so its containers are left alone',
      }
  }
}

const names = { docker: 'Docker', podman: 'Podman', other: 'an unknown engine' } as const

const nameOf = ({ product, productVersion }: EngineVersion): string => `${names[product]} ${productVersion}`.trim()
