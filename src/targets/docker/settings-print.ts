import { createHash } from 'node:crypto'
import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import { requestedEndpoints } from './endpoints.ts'

/**
 * Equal for as long as nobody changes what a container was given: limits, mounts, networks and all else that the engine
 * lets anybody change, or may once. The restart policy is told by itself. Left out is what the engine gives anew at each
 * start, as engines from 28 do with MAC addresses.
 */
export function settingsPrint(container: ContainerInspect): string {
  const { RestartPolicy: _restart, ...host } = container.HostConfig
  const endpoints = requestedEndpoints(container).map(({ network, endpoint }) => {
    const { MacAddress: _mac, Aliases: aliases, ...asked } = endpoint
    return [network, { ...asked, Aliases: (aliases ?? []).toSorted() }]
  })
  return createHash('sha256')
    .update(JSON.stringify(sorted([host, Object.fromEntries(endpoints)])))
    .digest('hex')
    .slice(0, 16)
}

/** With the keys in order, and without what says nothing: engines differ in whether they write it. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).filter(([, each]) => each !== null && each !== undefined && each !== '')
  return Object.fromEntries(fields.toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([k, v]) => [k, sorted(v)]))
}
