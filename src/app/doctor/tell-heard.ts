import { formatAge } from '../../lib/age.ts'
import type { Registry } from '../../registries/registry.ts'
import { clockRemedy } from './examine-clock.ts'
import { doubtful, well, type Finding } from './finding.ts'
import { pullsRemedy } from './registry-remedy.ts'

type Told = Pick<Registry, 'heard' | 'pullBudget'>

/** What a registry's host let us know beside its answers: how often it may still be asked, and what time it has. */
export const tellHeard = (registry: Told, host: string): readonly Finding[] => [
  ...tellMark(registry, host),
  ...tellBudget(registry, host),
  ...tellPushers(registry, host),
  ...tellClock(registry, host),
]

function tellMark(registry: Told, host: string): readonly Finding[] {
  if (registry.heard?.(host).isSuspicious !== true) return []
  const sentence = 'it is marked as suspicious: three damaged answers in a row, of which nothing is used'
  const remedy =
    'Look at what changes its answers on the way, such as a proxy or a mirror, and at its storage; the first whole answer takes the mark away.'
  return [doubtful({ part: 'registry', name: host, sentence }, remedy)]
}

/** Whoever takes hold of such a token can replace the images that are rolled out here. */
function tellPushers(registry: Told, host: string): readonly Finding[] {
  return (registry.heard?.(host).pushers ?? []).map((username) => {
    const who = username === '' ? 'a stranger' : username
    const sentence = `its tokens for ${who} may push, though only to pull was asked for`
    return doubtful(
      { part: 'registry', name: host, sentence },
      'Sign in with an account or a token that may read alone: Longshore never pushes.',
    )
  })
}

/** Below this part of what the registry grants, keeping up by polling stops. */
const lowPart = 0.2

function tellBudget(registry: Told, host: string): readonly Finding[] {
  const budget = registry.pullBudget?.() ?? null
  if (budget === null) return tellOtherBudgets(registry, host)
  const { remaining, limit, windowMs } = budget
  const sentence = `${remaining} of ${limit} pulls in ${formatAge(windowMs)} are left`
  const told = { part: 'registry', name: host, sentence } as const
  if (remaining === 0) {
    return [
      doubtful({ ...told, sentence: `there are no pulls left: 0 of ${limit} in ${formatAge(windowMs)}` }, pullsRemedy),
    ]
  }
  if (remaining >= limit * lowPart) return [well(told)]
  return [
    doubtful(told, 'Sign in, or with an account that is granted more; until then only what has to be asked is asked.'),
  ]
}

/** Of limits that are no pulls only what is wrong is worth a line. */
function tellOtherBudgets(registry: Told, host: string): readonly Finding[] {
  const low = registry.heard?.(host).budgets.find(({ isKept }) => isKept)
  if (low === undefined) return []
  const sentence = `${low.remaining} of ${low.limit} ${low.counts} are left, so polling waits, and rollouts go on`
  return [
    doubtful({ part: 'registry', name: host, sentence }, 'Poll less often, or with an account that is granted more.'),
  ]
}

/** More than answers take, and less than what signatures and tokens mind. */
const clockOffMaxMs = 60_000

function tellClock(registry: Told, host: string): readonly Finding[] {
  const aheadMs = registry.heard?.(host).clockAheadMs ?? 0
  if (Math.abs(aheadMs) <= clockOffMaxMs) return []
  const sentence = `${host} has it ${formatAge(Math.abs(aheadMs))} ${aheadMs > 0 ? 'later' : 'earlier'} than this machine`
  return [doubtful({ part: 'clock', name: host, sentence }, clockRemedy)]
}
