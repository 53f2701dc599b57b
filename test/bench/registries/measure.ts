import { join } from 'node:path'
import { bundle } from '../bundle.ts'
import { startChild } from '../child.ts'
import type { Budget, Figure, Unit } from '../figure.ts'
import { median } from '../figure.ts'
import type { Answer as Checks, Question as ChecksQuestion } from './checks.ts'
import type { Answer as Hosts, Question as HostsQuestion } from './hosts.ts'

const rounds = 3

/** Images over hosts, with so many credentials for all of them. */
export interface Case {
  readonly images: number
  readonly hosts: number
  readonly credentials: number
}

export const cases: readonly Case[] = [200, 2000].flatMap((images) =>
  [1, 10].flatMap((hosts) => [1, 50].map((credentials) => ({ images, hosts, credentials }))),
)

interface Round {
  readonly check: Checks
  readonly requests: Hosts['requests']
}

/**
 * What the client for registries takes to look at images: the first time, and when nothing changed.
 * @param folder for bundled scripts
 * @throws Error when a warm look was not the one conditional HEAD an image that it has to be
 */
export async function measureRegistries(
  folder: string,
  { images, hosts, credentials }: Case,
): Promise<readonly Figure[]> {
  await using registries = await startChild<HostsQuestion, Hosts>(join(import.meta.dirname, 'hosts.ts'))
  const script = await bundle(join(import.meta.dirname, 'checks.ts'), folder)
  await using client = await startChild<ChecksQuestion, Checks>(script)
  await using loop = await startChild<ChecksQuestion, Checks>(script)
  const { held } = await registries.ask({ kind: 'open', hosts, images })
  for (const each of [client, loop]) await each.ask({ kind: 'open', held, credentials })
  const look = async (isKnown: boolean): Promise<Round> => {
    const check = await client.ask({ kind: 'check', isKnown })
    const { requests } = await registries.ask({ kind: 'count' })
    return { check, requests }
  }
  const cold = await look(false)
  const warm: Round[] = []
  const bare: Checks[] = []
  while (warm.length < rounds) {
    warm.push(checked(await look(true), images))
    bare.push(await loop.ask({ kind: 'bare' }))
    await registries.ask({ kind: 'count' })
  }
  return figures({ images, hosts, credentials }, cold, warm, bare)
}

function checked(round: Round, images: number): Round {
  const { head, unchanged, get, token, ping } = round.requests
  const isWarm = head === images && unchanged === images && round.check.unchanged === images && get + token + ping === 0
  if (isWarm) return round
  throw new Error(`a warm look is one conditional HEAD an image and nothing else: ${JSON.stringify(round.requests)}`)
}

function figures(
  { images, hosts, credentials }: Case,
  { check: cold, requests }: Round,
  warm: readonly Round[],
  bare: readonly Checks[],
): readonly Figure[] {
  const subject = `${images} images, ${hosts} ${hosts === 1 ? 'host' : 'hosts'}, ${credentials} ${credentials === 1 ? 'credential' : 'credentials'}`
  const middle = (read: (each: Checks) => number): number => median(warm.map(({ check }) => read(check)))
  const floor = (read: (each: Checks) => number) => ({ what: 'bare HEADs', value: median(bare.map(read)) })
  const figure = (what: string, value: number, unit: Unit, more: Partial<Figure> = {}): Figure => ({
    what: `${subject}, ${what}`,
    value,
    unit,
    ...more,
  })
  const wall: Budget = images === 200 ? { most: 500, timesFloor: 1.2 } : { timesFloor: 1.2 }
  return [
    figure('cold: HEAD requests', requests.head, 'requests'),
    figure('cold: token requests', requests.token, 'requests'),
    figure('cold: other requests', requests.ping + requests.get, 'requests'),
    figure('cold: wall time', cold.wallMs, 'ms', { floor: floor(({ wallMs }) => wallMs) }),
    figure(
      'warm: wall time',
      middle(({ wallMs }) => wallMs),
      'ms',
      { floor: floor(({ wallMs }) => wallMs), budget: wall },
    ),
    figure('warm: CPU per 200 checks', (middle(({ cpuMs }) => cpuMs) / images) * 200, 'CPU ms', {
      floor: { what: 'bare HEADs', value: (median(bare.map(({ cpuMs }) => cpuMs)) / images) * 200 },
      budget: { most: 100 },
    }),
    figure(
      'peak memory',
      middle(({ peakMiB }) => peakMiB),
      'MiB',
      {
        floor: floor(({ peakMiB }) => peakMiB),
        ...(images === 200 && { budget: { most: 110 } }),
      },
    ),
  ]
}
