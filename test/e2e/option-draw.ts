import { isAtLeast } from '../../src/clients/docker/api-version.ts'
import { optionsOf } from './option-cases.ts'
import type { OptionBody, OptionCase } from './option-case.ts'

/** Whole numbers from 0 to `below` - 1, the same for the same seed. */
export type Draw = (below: number) => number

/** @see "mulberry32", a generator of 32 bits of state */
export function drawFrom(seed: number): Draw {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** Whether an engine that speaks this API knows the case. */
export const isKnownTo = (apiVersion: string, { since = '0.0' }: OptionCase): boolean => isAtLeast(apiVersion, since)

/** Whether two cases can be asked of one container: nothing is decided by both, and neither rules the other out. */
export function areCompatible(one: OptionCase, other: OptionCase): boolean {
  if ((one.body === undefined) !== (other.body === undefined)) return false
  const taken = decisions(one)
  if ([...decisions(other)].some((each) => taken.has(each))) return false
  const rules = [one, other].map((each) => ({ needs: needs(each), denies: denies(each) }))
  return rules.every(({ denies: denied }) => rules.every((each) => !each.needs.some((need) => denied.has(need))))
}

/** Two cases, or more, as one. */
export function together(...cases: readonly OptionCase[]): OptionCase {
  const neverStarts = cases.flatMap((each) => each.neverStarts ?? []).join(', ')
  const command = cases.find((each) => each.command !== undefined)?.command
  return {
    name: cases.map(({ name }) => name).join(' + '),
    options: cases.flatMap(({ options }) => options),
    ...(command && { command }),
    connect: cases.flatMap(({ connect = [] }) => connect),
    ...(cases.some(({ body }) => body) && { body: mergeBodies(cases.map(({ body = {} }) => body)) }),
    ...(cases.some(({ isStarted }) => isStarted) && { isStarted: true as const }),
    ...(neverStarts !== '' && { neverStarts }),
    ...(cases.every(maybeUnseen) && { mayBeUnseen: true as const }),
  }
}

/** Different pairs of compatible cases. @returns fewer than asked for only when there are no more */
export function drawPairs(cases: readonly OptionCase[], count: number, draw: Draw): readonly OptionCase[] {
  const all = cases.flatMap((one, index) =>
    cases.slice(index + 1).flatMap((other) => (areCompatible(one, other) ? [{ one, other }] : [])),
  )
  return shuffled(all, draw)
    .slice(0, count)
    .map(({ one, other }) => together(one, other))
}

/**
 * As many compatible cases as fit, up to `count`, as one: a container of random options.
 * Pass only cases that start (`neverStarts`) and that its engine knows, when it is to run.
 */
export function drawTogether(cases: readonly OptionCase[], count: number, draw: Draw): OptionCase {
  const chosen: OptionCase[] = []
  for (const each of shuffled(cases, draw)) {
    if (chosen.length === count) break
    if (chosen.every((other) => areCompatible(each, other))) chosen.push(each)
  }
  return together(...chosen)
}

/**
 * All cases, each once, on as few containers as they fit on.
 *
 * @param casesOf what a container at that place may be given: everywhere the same, in the same order
 * @param first place of the first container
 * @param most cases of one container
 */
export function spread(
  casesOf: (place: number) => readonly OptionCase[],
  first: number,
  most: number,
): readonly OptionCase[] {
  const containers: OptionCase[][] = []
  for (const index of casesOf(first).keys()) {
    const fits = (chosen: readonly OptionCase[], at: number): boolean => {
      const [own] = casesOf(first + at).slice(index)
      return own !== undefined && chosen.length < most && chosen.every((other) => areCompatible(own, other))
    }
    const found = containers.findIndex(fits)
    const at = found === -1 ? containers.push([]) - 1 : found
    containers[at]?.push(...casesOf(first + at).slice(index, index + 1))
  }
  return containers.map((chosen) => together(...chosen))
}

const maybeUnseen = ({ mayBeUnseen, unseen, leftOut }: OptionCase): boolean =>
  mayBeUnseen === true || unseen !== undefined || leftOut !== undefined

function shuffled<Item>(items: readonly Item[], draw: Draw): readonly Item[] {
  const left = [...items]
  return items.flatMap(() => left.splice(draw(left.length), 1))
}

/** Options that say the same thing in other words. */
const sameAs: Readonly<Record<string, string>> = {
  ip: 'network',
  ip6: 'network',
  'link-local-ip': 'network',
  'network-alias': 'network',
  'mac-address': 'network',
  link: 'network',
  rm: 'restart',
  cpus: 'cpu-quota',
  'cpu-period': 'cpu-quota',
  'memory-swap': 'memory',
  'log-opt': 'log-driver',
}
/** Options that may be given again and again. */
const addsUp = new Set(['env', 'env-file', 'label', 'label-file', 'expose', 'publish', 'volume', 'mount', 'tmpfs'])

/** What can be decided only once. */
function decisions({ options, command, body, decides = [] }: OptionCase): ReadonlySet<string> {
  const inWords = optionsOf(options)
    .filter((option) => !addsUp.has(option))
    .map((option) => sameAs[option] ?? option)
  return new Set([...inWords, ...(command === undefined ? [] : ['entrypoint']), ...fields(body), ...decides])
}

function fields(body: OptionBody = {}): readonly string[] {
  const { HostConfig = {}, NetworkingConfig, ...config } = body
  return [
    ...Object.keys(HostConfig).filter((field) => field !== 'Mounts'),
    ...Object.keys(config).map((field) => (field === 'Entrypoint' ? 'Cmd' : field)),
    ...(NetworkingConfig === undefined ? [] : ['NetworkMode']),
  ]
}

/** What a case cannot do without. */
function needs({ options, body, connect }: OptionCase): readonly string[] {
  const own = ['publish', 'publish-all', 'expose', 'hostname', 'dns', 'add-host', 'sysctl', 'domainname']
  const used = optionsOf(options)
  const hasOwn =
    used.some((option) => own.includes(option)) || connect !== undefined || body?.['MacAddress'] !== undefined
  const isNamed = used.includes('hostname') || used.includes('domainname')
  return [...(hasOwn ? ['a network of its own'] : []), ...(isNamed ? ['a host name of its own'] : [])]
}

/** What a case takes away. */
function denies({ options, body }: OptionCase): ReadonlySet<string> {
  const after = (option: string) => options[options.indexOf(`--${option}`) + 1] ?? ''
  const shares = options.includes('--network') && /^(host|container:)/.test(after('network'))
  const network = shares || body?.['NetworkDisabled'] === true ? ['a network of its own'] : []
  return new Set([...network, ...(options.includes('--uts') ? ['a host name of its own'] : [])])
}

function mergeBodies(bodies: readonly OptionBody[]): OptionBody {
  const mounts = bodies.flatMap(({ HostConfig }) => (Array.isArray(HostConfig?.['Mounts']) ? HostConfig['Mounts'] : []))
  const host = Object.assign({}, ...bodies.map(({ HostConfig }) => HostConfig ?? {}))
  return { ...Object.assign({}, ...bodies), HostConfig: { ...host, ...(mounts.length > 0 && { Mounts: mounts }) } }
}
