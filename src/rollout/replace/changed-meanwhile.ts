import { isPart } from '../along-steps.ts'
import type { Reason, ReplaceFacts } from '../facts.ts'
import type { Rollout } from '../rollout.ts'

/** Of what was planned, or made, from settings that are no more: planned anew, it has those of now. */
export const settingsChangedCode = 'SETTINGS_CHANGED'

/** What the new instances are to be given, to be remembered before they are made. */
export function settingsOf({ old, dependants = [] }: ReplaceFacts): Pick<Rollout, 'settings'> {
  const prints = [old, ...dependants.map((each) => each.old)].map((each) => each?.settings ?? '')
  return prints.some((each) => each !== '') ? { settings: prints.join(' ') } : {}
}

/**
 * What one of the old instances had as of then, by its place among them. Undefined where nobody told, and on the way back,
 * which goes by nothing of that.
 */
export const formerSettings = ({ stage, settings }: Rollout, index: number): string | undefined =>
  stage === 'forward' ? settings?.split(' ').at(index) : undefined

/** What somebody changed on the old instances since, which would be lost with them. Null for nothing. */
export function changedMeanwhile(rollout: Rollout, facts: ReplaceFacts): Reason | null {
  // On the way back they are as our own way forth left them.
  if (isPart(rollout, 'back')) return null
  const { old, dependants = [] } = facts
  const all = [{ plan: rollout, old }, ...dependants]
  const other = all.find((each) => each.old !== null && each.old.restart !== each.plan.restart)
  if (other !== undefined) return changed(`the restart policy of ${other.plan.name} was`)
  // Nothing is made of them before its image is there, so until then any change is simply taken along.
  const isToCompare = rollout.settings !== undefined && rollout.toImage !== null
  if (!isToCompare || rollout.settings === settingsOf(facts).settings) return null
  return changed(dependants.length === 0 ? 'its settings were' : 'settings of it or of its dependants were')
}

const changed = (what: string): Reason => ({
  code: settingsChangedCode,
  sentence: `${what} changed by hand meanwhile`,
})
