import type { NetworkEndpoint } from '../../clients/docker/shapes.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { operationLabelPrefix } from '../engine/carry-over-config.ts'
import type { Labels } from '../engine/own-labels.ts'
import { encodeIntent } from './intent.ts'

/** The rollout that created an instance. */
export const operationLabel = operationLabelPrefix
/** Engine id of the instance that it was made to replace. */
export const replacesLabel = `${operationLabelPrefix}.replaces`
/** The rollout as it was planned, so that recovery works without our state. */
export const intentLabel = `${operationLabelPrefix}.intent`
/** On a copy of an old instance that is gone, or removes itself: the rollout that goes back to it if need be. */
export const restoresLabel = `${operationLabelPrefix}.restores`
/** The networks of the replaced instance as asked for: while it is off one of them, nothing else remembers its place. */
export const networksLabel = `${operationLabelPrefix}.networks`

/** What we write on the instance that a rollout creates. No environment values. */
export function operationLabels(rollout: Rollout, networks: readonly NetworkEndpoint[]): Labels {
  return {
    [operationLabel]: rollout.id,
    [replacesLabel]: rollout.oldInstance,
    [intentLabel]: encodeIntent(rollout),
    [networksLabel]: JSON.stringify(networks),
  }
}

/** What we write on the copy of an old instance. */
export function copyLabels(rollout: Rollout, networks: readonly NetworkEndpoint[]): Labels {
  return {
    [restoresLabel]: rollout.id,
    [replacesLabel]: rollout.oldInstance,
    [intentLabel]: encodeIntent(rollout),
    [networksLabel]: JSON.stringify(networks),
  }
}

/** The rollout that an instance of ours was made by, or made for as a copy. */
export const rolloutOf = (labels: Labels): string | undefined => labels[operationLabel] ?? labels[restoresLabel]

/** Reads back what `operationLabels` wrote on an instance of ours; null when there is none or it was tampered with. */
export function readNetworks(labels: Labels): readonly NetworkEndpoint[] | null {
  try {
    const parsed: unknown = JSON.parse(labels[networksLabel] ?? 'null')
    // Only ever read from an instance whose operation label names a rollout of ours.
    return Array.isArray(parsed) && parsed.every(isEndpoint) ? parsed : null
  } catch {
    return null
  }
}

function isEndpoint(value: unknown): value is NetworkEndpoint {
  if (typeof value !== 'object' || value === null || !('network' in value) || !('endpoint' in value)) return false
  return typeof value.network === 'string' && typeof value.endpoint === 'object' && value.endpoint !== null
}
