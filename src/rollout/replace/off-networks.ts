import type { DependantFacts, Reason, ReplaceFacts } from '../facts.ts'
import { networkLostCode } from '../network-lost-code.ts'
import type { Rollout } from '../rollout.ts'
import { goBack, isUp, timesFailed, type Step } from '../step.ts'

/**
 * J6: the set goes back where a second try has started a dependant off its networks, since an engine may drop that of what
 * it fails to start. Null where none is; who takes one off later means it.
 */
export function startedOffNetworks(rollout: Rollout, { dependants = [] }: ReplaceFacts): Step | null {
  const off = timesFailed(rollout, 'start-dependants') === 0 ? null : firstOff(rollout, dependants, 'new')
  return off === null ? null : goBack(rollout, 'failed', off)
}

/** J1 to J3: a network that one of the old instances was on is gone, and whatever is made from it would lack it. Null for none. */
export function lostNetwork({ workload, name }: Rollout, { old, dependants = [] }: ReplaceFacts): Reason | null {
  const all = [{ name, old }, ...dependants.map((each) => ({ name: each.plan.name, old: each.old }))]
  const lacking = all.find((each) => each.old?.lostNetwork !== undefined)
  const lost = lacking?.old?.lostNetwork
  if (lacking === undefined || lost === undefined) return null
  const sentence = `${lacking.name} is not on the network ${lost} any more, which is gone; run: docker network create ${lost}, docker network connect ${lost} ${lacking.name}, and then longshore resume ${workload}`
  return { code: networkLostCode, sentence }
}

/** R: why a person has to look, where a dependant runs again and is not on all its networks. Null where none is. */
export const dependantOffNetworks = (rollout: Rollout, { dependants = [] }: ReplaceFacts): Reason | null =>
  firstOff(rollout, dependants, 'old')

/** R: the old version serves, as far as it can without: that is better than nothing, and for a person to look at. */
export const oldOffNetworks = ({ workload }: Rollout, why: string): Reason => ({
  code: networkLostCode,
  sentence: `the old version runs again, but not on all its networks${why}; once it is: longshore resume ${workload}`,
})

function firstOff({ workload }: Rollout, dependants: readonly DependantFacts[], version: 'old' | 'new'): Reason | null {
  const isOff = (each: DependantFacts): boolean => {
    const instance = each[version]
    return instance !== null && isUp(instance) && !instance.connected
  }
  const name = dependants.find(isOff)?.plan.name
  if (name === undefined) return null
  const sentence = `its dependant ${name} was started, but not on all its networks; once it is (docker network connect NETWORK ${name}): longshore resume ${workload}`
  return { code: networkLostCode, sentence }
}
