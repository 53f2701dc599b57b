import { isAskedByHand } from '../../brake/asked-by-hand.ts'
import { massChangeSentence } from '../../brake/mass-change.ts'
import { isNewer } from '../../words/override.ts'
import { held, type Guard, type StandingGuard } from './guard.ts'

/** Versions fail one after the other on this target, so no other is tried there by itself. */
export const braked: StandingGuard = (input) => {
  const brake = input.target?.brake ?? null
  if (brake === null || isAskedByHand(input)) return null
  if (input.override !== null && isNewer(input.override, brake.since)) return null
  return held(brake.reason.code, brake.reason.sentence)
}

/** Another workload of its group failed; a person's word on this one since then lets it go on. */
export const groupStopped: StandingGuard = (input) => {
  const stop = input.group?.stop ?? null
  if (stop === null || isAskedByHand(input)) return null
  if (stop.at !== null && input.lastWordAt !== null && Date.parse(input.lastWordAt) > Date.parse(stop.at)) return null
  return held('GROUP_STOPPED', stop.sentence)
}

/** More workloads want a change at once than a person wants to happen unseen. */
export const massChange: Guard = ({ workload, target, override }) => {
  // What is missing is no change of anything that runs.
  if (target === null || override !== null || workload.isAbsent === true) return null
  const sentence = massChangeSentence(target.mass, target.name)
  return sentence === null ? null : held('MASS_CHANGE', sentence)
}
