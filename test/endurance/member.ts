import { isAtLeast } from '../../src/clients/docker/api-version.ts'
import type { OptionCase } from '../e2e/option-case.ts'
import { one, type OptionSubjects } from '../e2e/option-case.ts'
import { optionCases } from '../e2e/option-cases.ts'
import { areCompatible, drawTogether, isKnownTo, together, type Draw } from '../e2e/option-draw.ts'

/** How a container is replaced. */
export type Manner = 'stop-first' | 'start-first' | 'auto' | 'stopped' | 'recreate'

/** A container as it is drawn, before it exists. */
export interface Drawn {
  readonly manner: Manner
  readonly given: OptionCase
  /** Whether its images have a health check. */
  readonly hasHealthCheck: boolean
  /** Whether a person takes it back even where a bad version would. */
  readonly isTakenByHand: boolean
}

/** Of ten containers; the first five have them all. */
const manners: readonly Manner[] = [
  ...(['stop-first', 'start-first', 'stopped', 'recreate', 'auto'] as const),
  ...(['stop-first', 'start-first', 'stop-first', 'start-first', 'auto'] as const),
]
const optionsMin = 2
const optionsMax = 5
/** Of so many containers that may be, one is made by the API itself, and one is taken back by hand. */
const byApiEvery = 5
const byHandEvery = 4

/** What two running containers cannot share, or what takes the image's program away: not for start-first. */
const alone = /--(network|publish|entrypoint|mac-address|link|device|volume|mount|cidfile)\b/

/**
 * One check half a second after each start, and then hardly ever: many containers share few processors. Where an engine
 * knows one interval alone, the first comes late and the others rather often.
 */
const rareChecks = (apiVersion: string): readonly string[] => [
  ...(hasStartInterval(apiVersion)
    ? ['--health-interval', '60s', '--health-start-interval', '500ms', '--health-start-period', '300ms']
    : ['--health-interval', '10s']),
  '--health-retries',
  '1',
  '--health-timeout',
  '60s',
]
const second = 1_000_000_000
const rareChecksSent = (apiVersion: string) => ({
  ...(hasStartInterval(apiVersion)
    ? { Interval: 60 * second, StartInterval: second / 2, StartPeriod: (3 * second) / 10 }
    : { Interval: 10 * second }),
  Retries: 1,
  Timeout: 60 * second,
})
const hasStartInterval = (apiVersion: string): boolean => isAtLeast(apiVersion, '1.44')

/** Draws the container of a place. The manner follows from the place, so that few containers have many manners too. */
export function drawMember(subjects: OptionSubjects, apiVersion: string, draw: Draw): Drawn {
  const manner = manners[subjects.place % manners.length] ?? 'auto'
  const hasHealthCheck = draw(2) === 0
  const isSent = (manner === 'stop-first' || manner === 'auto') && draw(byApiEvery) === 0
  const checks = hasHealthCheck ? rareChecks(apiVersion) : []
  const checksSent = hasHealthCheck ? rareChecksSent(apiVersion) : null
  const base = isSent ? sentBase(checksSent) : ownBase(manner, subjects, checks)
  const pool = optionCases(subjects)
    .filter((each) => isKnownTo(apiVersion, each) && each.neverStarts === undefined && each.leftOut === undefined)
    .filter(({ options }) => !options.includes('--rm'))
    .filter(({ name }) => manner !== 'start-first' || !alone.test(name))
    .filter((each) => (each.body !== undefined) === isSent && areCompatible(base, each))
  const count = optionsMin + draw(optionsMax - optionsMin + 1)
  const given = together(base, drawTogether(pool, count, draw))
  return { manner, given: withQuickStop(given), hasHealthCheck, isTakenByHand: draw(byHandEvery) === 0 }
}

function ownBase(manner: Manner, { front }: OptionSubjects, checks: readonly string[]): OptionCase {
  const options: Readonly<Record<Manner, readonly string[]>> = {
    'stop-first': ['--label', 'longshore.order=stop-first'],
    'start-first': ['--label', 'longshore.order=start-first', '--network', front, '--network-alias', 'shared'],
    auto: [],
    stopped: ['--label', 'longshore.stopped=update'],
    recreate: ['--rm', '--label', 'longshore.auto-remove=recreate'],
  }
  return one('--label', 'longshore.watch=true', ...options[manner], ...checks)
}

function sentBase(Healthcheck: object | null): OptionCase {
  const name = Healthcheck ? 'Healthcheck, rarely' : 'nothing'
  return { name, options: [], body: { ...(Healthcheck && { Healthcheck }) } }
}

/** A program that does not listen to the signal it gets would be waited for ten seconds at each stop. */
function withQuickStop(given: OptionCase): OptionCase {
  const { options, body } = given
  if (body !== undefined) return { ...given, body: { StopTimeout: 1, ...body } }
  return options.includes('--stop-timeout') ? given : { ...given, options: [...options, '--stop-timeout', '1'] }
}
