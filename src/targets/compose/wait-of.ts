import type { ContainerSummary } from '../../clients/docker/containers.ts'
import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import type { Tie } from '../../rollout/dependant.ts'
import { withoutSuffix } from '../../rollout/names.ts'
import { endsWithRun, isEngineId, nameOf, tieWords, type Dependency } from '../engine/dependants.ts'
import type { LeftAlone } from '../target.ts'

/**
 * Why a service cannot be made again, as far as a plain container goes that it uses; null where it can. Compose removes
 * the old container before it starts the new one, so what could not be started is not begun at all.
 */
export function waitOf(
  { on, by }: Dependency,
  { provider, name, workloadOf }: Found,
  plain: readonly ContainerSummary[],
): LeftAlone | null {
  if (provider === null) return isEngineId(name) ? null : gone(name, by)
  const wanted = withoutSuffix(nameOf(provider))
  const isThere = wanted === nameOf(provider) && (provider.Id === on || !endsWithRun(by))
  const holder = plain.find((each) => (isThere ? each.id === provider.Id : each.name === wanted))
  if (holder === undefined) return gone(wanted, by)
  if (!endsWithRun(by) || holder.state === 'running' || holder.state === 'paused') return null
  const waitsFor = [workloadOf(holder)]
  return held('PROVIDER_STOPPED', `${wanted}, whose ${tieWords[by]} it uses, does not run`, waitsFor)
}

/** What it uses. */
interface Found {
  /** As it is now; null where it is gone. */
  readonly provider: ContainerInspect | null
  /** An id where nobody knows its name: then it may as well have been Compose's own, which `up` puts right. */
  readonly name: string
  /** Id of the workload that a container belongs to. */
  readonly workloadOf: (container: Pick<ContainerSummary, 'id' | 'name'>) => string
}

const gone = (name: string, by: Tie): LeftAlone =>
  held('PROVIDER_GONE', `${name}, whose ${tieWords[by]} it uses, is gone; make it anew`, [])

const held = (code: string, sentence: string, waitsFor: readonly string[]): LeftAlone => ({
  code,
  sentence,
  isHeld: true,
  waitsFor,
})
