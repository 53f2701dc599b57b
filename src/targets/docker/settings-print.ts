import { createHash } from 'node:crypto'
import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import { networkNames } from '../engine/carry-over-networks.ts'
import { requestedEndpoints } from './endpoints.ts'

/**
 * Equal for as long as nobody changes what a container was given: limits, mounts, networks and all else that the engine
 * lets anybody change, or may once. The restart policy is told by itself. Left out is what the engine gives anew at each
 * start, as engines from 28 do with MAC addresses. Readable in it are the networks, since it may have to be asked for them.
 */
export function settingsPrint(container: ContainerInspect): string {
  const { RestartPolicy: _restart, ...host } = container.HostConfig
  const endpoints = requestedEndpoints(container).map(({ network, endpoint }) => {
    const { MacAddress: _mac, Aliases: aliases, ...asked } = endpoint
    return [network, { ...asked, Aliases: (aliases ?? []).toSorted() }]
  })
  const hash = createHash('sha256')
    .update(JSON.stringify(sorted([host, Object.fromEntries(endpoints)])))
    .digest('hex')
    .slice(0, 16)
  return [
    hash,
    ...networkNames(container)
      .toSorted()
      .map((name) => written(container, name)),
  ].join(',')
}

/** The networks that a container was on by its print; `id` is empty where none tells it apart. */
export const networksIn = (print: string): readonly { readonly name: string; readonly id: string }[] =>
  print
    .split(',')
    .slice(1)
    .map((each) => each.split('=').map(decodeURIComponent))
    .map(([name = '', id = '']) => ({ name, id }))

/** The engine makes its own bridge anew, under another id, at each of its starts. */
const written = ({ NetworkSettings }: ContainerInspect, name: string): string =>
  [name, (name !== 'bridge' && NetworkSettings.Networks?.[name]?.NetworkID) || ''].map(encodeURIComponent).join('=')

/** With the keys in order, and without what says nothing: engines differ in whether they write it. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).filter(([, each]) => each !== null && each !== undefined && each !== '')
  return Object.fromEntries(fields.toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([k, v]) => [k, sorted(v)]))
}
