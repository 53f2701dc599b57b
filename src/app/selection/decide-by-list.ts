import { tagOf } from '../../image/reference.ts'
import { formatAge } from '../../lib/age.ts'
import { oldEnoughAt } from './old-enough-at.ts'
import type { Selection } from '../../policies/policy.ts'
import type { TagListObservation } from '../../store/store.ts'
import type { DecideInput } from '../decisions/decide-input.ts'
import { decision, type Decision } from '../decisions/decision.ts'
import { gone, guarded } from '../decisions/guarded.ts'
import { builtHereOnly, currentSentence, whyDue } from '../decisions/kinds-in-words.ts'
import type { Due } from '../groups/due-codes.ts'
import { runsDigest } from '../workloads/running-image.ts'
import { tellTrouble } from './choose-tag.ts'
import type { ListChoice } from './list-choice.ts'

/** The decision where the policy chooses among all tags: what it chose is compared with what runs. */
export function decideByList(input: DecideInput, { list, choice }: ListChoice): Decision {
  const { workload, reference, now } = input
  if (list === null) return decision('unknown', 'NOT_SCANNED', 'the list of tags was not read yet')
  if (list.failure !== null) {
    const isRepositoryGone = list.seenAt !== null && list.failure.code === 'REGISTRY_REPOSITORY_UNKNOWN'
    const { code, sentence } = (isRepositoryGone && gone(list.failure, input.tag, now)) || list.failure
    const builtHere = builtHereOnly(workload, reference, { failure: list.failure, digest: null })
    return builtHere ?? decision('unknown', code, `${sentence}; ${lastGood(list, now)}`)
  }
  if (choice === null) return decision('unknown', 'NOT_SCANNED', 'the list of tags was not read yet')
  const { selection, trouble } = choice
  if (trouble !== null) {
    const { code, sentence } = tellTrouble(trouble)
    return decision('unknown', code, sentence)
  }
  const againInMs = selection.againAt === null ? null : Math.max(leastMs, selection.againAt - now)
  return earlier(decideBySelection(input, list, selection), againInMs)
}

/** A time that is just over by another clock falls due again soon, and not over and over. */
const leastMs = 1000

function decideBySelection(input: DecideInput, list: TagListObservation, selection: Selection): Decision {
  const { workload, reference, description } = input
  const { chosen, code, sentence } = selection
  if (chosen === null) {
    const isUnknown = code.startsWith('LIST_')
    const since = isUnknown ? `; ${lastGood(list, input.now)}` : ''
    return decision(isUnknown ? 'unknown' : 'held', code, sentence + since)
  }
  const { tag, digest } = chosen
  if (digest === null) return decision('unknown', 'NOT_SCANNED', `the tag ${tag} was not looked up yet`)
  const keptBack = whyNoBetter(selection)
  const chose = { candidateTag: tag, ...(keptBack !== null && { keptBack }) }
  if (runsDigest(workload, reference, digest, description)) {
    const is = currentSentence(workload, tag)
    const young = whatIsTooYoung(selection)
    if (young !== null) return { ...decision('held', 'TAG_HELD', young, digest), ...chose, runsChosen: true }
    return { ...decision('current', 'CURRENT', keptBack === null ? is : `${is}; ${keptBack}`, digest), ...chose }
  }
  return { ...guarded({ ...input, tag }, digest, due(input, selection, tag)), ...chose }
}

function due(input: DecideInput, { sentence }: Selection, tag: string): Due {
  const { workload, reference } = input
  if (workload.isAbsent === true || tag === tagOf(reference)) return whyDue(input, tag)
  return { code: 'BETTER_TAG', sentence }
}

/** What becomes the choice by its age alone, and when; null where nothing does. */
function whatIsTooYoung({ keptBack, againAt }: Selection): string | null {
  const young = keptBack().filter(({ verdict }) => verdict === 'too-young')
  const [best] = young
  if (best === undefined || againAt === null) return null
  const when = `${young.length === 1 ? 'it' : 'the first that is better'} is old enough at ${oldEnoughAt(againAt)}`
  return `${best.tag} is better, but ${best.reason}; ${when}`
}

/** What would be chosen if it were not kept back, so that nobody has to ask why it is not. */
function whyNoBetter({ keptBack }: Selection): string | null {
  const [best] = keptBack()
  return best === undefined ? null : `${best.tag} is better, but ${best.reason}`
}

function lastGood({ seenAt, doubt, count }: TagListObservation, now: number): string {
  const age = seenAt === null ? 'never' : `${formatAge(now - Date.parse(seenAt))} ago`
  if (doubt === null) return `the list of tags was read last ${age}`
  return `it has ${doubt.count} of them now, and had ${count} when it was last believed, ${age}`
}

function earlier(decided: Decision, againInMs: number | null): Decision {
  if (againInMs === null) return decided
  return { ...decided, againInMs: Math.min(againInMs, decided.againInMs ?? Infinity) }
}
