import { tagOf } from '../../image/reference.ts'
import type { Override } from '../../store/store.ts'
import type { DecideInput } from './decide-input.ts'
import { decision, type Decision } from './decision.ts'
import { guarded, lookFailed } from './guarded.ts'
import { isNewer, pinBefore, tellImage, tellOverride, wantedDigest } from '../words/override.ts'
import { runsDigest } from '../workloads/running-image.ts'

/** What should happen with a workload that a person said something about: no policy selects, their word does. */
export function decideByOverride(input: DecideInput, override: Override): Decision {
  const { observation, tag, now } = input
  const candidate = wantedDigest(override, observation)
  if (candidate === null) {
    if (observation === null) return decision('unknown', 'NOT_SCANNED', `the tag ${tag} was not looked up yet`)
    if (observation.failure !== null) return lookFailed(observation, now)
    return decision('unknown', 'TAG_NOT_SEEN', `${tag} was not seen in the registry`)
  }
  const isRunning = runsDigest(input.workload, input.reference, candidate, input.description)
  if (isRunning && override.kind === 'pin') return decision('current', 'PINNED', tellOverride(override), candidate)
  if (isRunning && tagOf(input.reference) === override.tag) {
    const done = decision('current', 'CURRENT', `it runs what the tag ${override.tag} names`, candidate)
    return { ...done, endsOverride: override }
  }
  const due = { code: dueCodes[override.kind], sentence: tellOverride(override) }
  return orGivenUp(guarded(input, candidate, due), input, override)
}

const dueCodes = { pin: 'PIN_DUE', deploy: 'DEPLOY_DUE', return: 'RETURN_DUE' } as const

/** What was to be deployed once and has failed since is not tried again; what is followed without it is decided anew. */
function orGivenUp(decided: Decision, { quarantines }: DecideInput, override: Override): Decision {
  if (override.kind !== 'deploy' || decided.reason.code !== 'QUARANTINED') return decided
  const failed = quarantines.find((each) => each.digest === decided.candidate)
  if (failed === undefined || isNewer(override, failed.since)) return decided
  const restoresPin = pinBefore(override)
  const again = restoresPin === null ? '' : `; it is pinned to ${tellImage(restoresPin)} again`
  const reason = { ...decided.reason, sentence: decided.reason.sentence + again }
  return { ...decided, reason, endsOverride: override, restoresPin, againInMs: 0 }
}
