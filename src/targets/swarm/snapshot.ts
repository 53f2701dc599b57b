import { objectOf, type JsonObject } from '../../clients/docker/json.ts'

/** A service as it was before a rollout. Its specification holds environment values: for the state only. */
export interface Snapshot {
  readonly image: string
  readonly spec: JsonObject
}

/** @returns null for anything else, such as what another version of ours wrote */
export function readSnapshot(value: unknown): Snapshot | null {
  const { image, spec } = objectOf(value)
  return typeof image === 'string' && image !== '' ? { image, spec: objectOf(spec) } : null
}
