import { isDeepStrictEqual } from 'node:util'
import type { ContainerInspect } from '../../src/clients/docker/shapes.ts'
import { anonymousVolumes, decidedByImage, decidedByUser, wordForWord } from '../e2e/option-compare.ts'
import type { Member, Version } from './fleet.ts'

/** What is not yet as it has to be after a recovery, one sentence each: which containers there are, and what they run. */
export function unsettled(
  member: Member,
  family: readonly ContainerInspect[],
  { build, image }: Version,
): readonly string[] {
  const [own] = family
  const names = family.map(({ Name }) => Name).join(' ')
  if (own === undefined || names !== `/${member.name}`) return [`there is ${names || 'no container'}`]
  const sentences: string[] = []
  if (own.Image !== image) sentences.push(`its image is ${own.Image}, not ${build} (${image})`)
  const wanted = member.manner === 'stopped' ? ['created', 'exited'] : ['running']
  if (!wanted.includes(own.State.Status)) sentences.push(`it is ${own.State.Status}`)
  return sentences
}

/** What the container lost that its user or its image gave it, one sentence each. @param first as its user made it */
export function lostSince(
  member: Member,
  first: ContainerInspect,
  now: ContainerInspect,
  { build }: Version,
): readonly string[] {
  return [
    ...differences('its user', decidedByUser(withoutOwnName(first)), decidedByUser(withoutOwnName(now))),
    ...differences('its user or image', member.wanted[build], decidedByImage(now)),
    // By place: older engines tell them in another order each time.
    ...differences(
      'its volumes',
      Object.fromEntries(anonymousVolumes(first)),
      Object.fromEntries(anonymousVolumes(now)),
    ),
  ]
}

/** What is different on an instance that was stopped and came back, one sentence each. */
export function changedOn(before: ContainerInspect, now: ContainerInspect): readonly string[] {
  // Names the health check that runs at this very moment.
  const still = (container: ContainerInspect) => wordForWord({ ...container, ExecIDs: null } as ContainerInspect)
  return differences('the instance', still(before), still(now))
}

/** Start-first asks for the name on each network, so that it is found there at once; the engine gives it anyway. */
function withoutOwnName(container: ContainerInspect): ContainerInspect {
  const networks = Object.entries(container.NetworkSettings.Networks ?? {}).map(([network, endpoint]) => {
    const aliases = endpoint.Aliases?.filter((alias) => `/${alias}` !== container.Name) ?? null
    return [network, { ...endpoint, Aliases: aliases }] as const
  })
  return { ...container, NetworkSettings: { ...container.NetworkSettings, Networks: Object.fromEntries(networks) } }
}

function differences(what: string, before: unknown, now: unknown, path = ''): readonly string[] {
  if (isDeepStrictEqual(before, now)) return []
  if (!isObject(before) || !isObject(now)) {
    return [`${what}${path}: ${JSON.stringify(before)} has become ${JSON.stringify(now)}`]
  }
  const keys = new Set([...Object.keys(before), ...Object.keys(now)])
  return [...keys].flatMap((key) =>
    differences(what, Reflect.get(before, key), Reflect.get(now, key), `${path}.${key}`),
  )
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
