import type { Way } from '../../rollout/along.ts'
import { namesOf } from '../../rollout/dependant.ts'
import type { Reason } from '../../rollout/facts.ts'
import type { Rollout } from '../../rollout/rollout.ts'
import { goBack, hasTouchedOld, needsHuman } from '../../rollout/step.ts'
import { excused } from '../../rollout/unwell.ts'
import { lastOfEach } from './parts-of.ts'
import type { Waiting } from './waits-for-provider.ts'

/**
 * What the end of a part means to the rollout that brought it along: that one turned round, or at its end where it was
 * on its way back already. Null where it goes on.
 */
export function partVerdict(rollout: Rollout, part: Rollout, way: Way, now: number): Rollout | null {
  const { outcome, reason, name } = part
  // A process was killed between two ways: what comes of it is seen by the next look.
  if (part.partOf?.way !== way || outcome === 'succeeded' || outcome === 'abandoned') return null
  const why = reason ?? { code: 'NO_EFFECT', sentence: 'it did not follow' }
  if (way === 'back') return outcome === 'superseded' || isBackAndEnded(part) ? null : notBack(rollout, name, why, now)
  // A person's word on what was not touched, or on what has followed already, stands.
  if (outcome === 'superseded' && !(part.step === 'R' && hasTouchedOld(part))) return null
  const told = { code: 'GATE_DEPENDANT', sentence: `its follower ${name}: ${why.sentence}` }
  const turned = isItsOwn(why)
    ? goBack(rollout, 'rolled-back', told, true)
    : goBack(rollout, outcome === 'superseded' ? 'superseded' : 'failed', { ...told, code: why.code })
  return { ...turned.rollout, logTail: part.logTail ?? turned.rollout.logTail }
}

/** It was made again beside the old version, and did not stay well by itself: what it lives in has gone back all the same. */
export const isBackAndEnded = ({ partOf, outcome, reason }: Rollout): boolean =>
  partOf?.way === 'back' && outcome !== 'succeeded' && reason?.code.startsWith('GATE_') === true

/** What a part that could not even be begun means to it. */
export const partHeld = (rollout: Rollout, name: string, { code, sentence }: Reason, way: Way, now: number): Rollout =>
  way === 'back'
    ? notBack(rollout, name, { code, sentence }, now)
    : goBack(rollout, 'failed', { code, sentence: `its follower ${name}: ${sentence}` }).rollout

/** All of them have followed that could. Neither version helps one that waits for something else. */
export function withFollowed(
  rollout: Rollout,
  way: Way,
  parts: readonly Rollout[],
  waiting: readonly Waiting[] = [],
): Rollout {
  const { reason } = rollout
  const done = parts.filter(({ partOf, outcome }) => partOf?.way === way && outcome === 'succeeded')
  const names = [...new Set(done.map(({ name }) => name))].map((name) => ({ name }))
  const followed = way === 'back' ? 'went back with it' : 'followed'
  const told = names.length === 0 ? '' : `; ${namesOf(names)} ${followed}`
  const own = lastOfEach(parts).filter((each) => way === 'back' && isBackAndEnded(each))
  const ended = own.map(({ name, reason: why }) => `; ${name} was made again too, but ${why?.sentence}`).join('')
  const sick = done.filter((each) => each.reason?.code === excused.code)
  const unwell = sick.map(({ name }) => `; ${name} had nothing to prove, not well before either`).join('')
  const notYet = waiting.map(({ name, sentence }) => `; ${name} does not yet: ${sentence}`).join('')
  return {
    ...rollout,
    followed: way,
    reason: reason && { ...reason, sentence: `${reason.sentence}${told}${unwell}${ended}${notYet}` },
  }
}

/** Whether the new version is to blame, as by the gate of a dependant, rather than the surroundings. */
const isItsOwn = ({ code }: Reason): boolean => code.startsWith('GATE_') || code === 'TARGET_START_FAILED'

function notBack(rollout: Rollout, name: string, { sentence }: Reason, now: number): Rollout {
  const what = `the old version serves, but ${name}, which follows it, could not be made again (${sentence})`
  return needsHuman(rollout, now, what).rollout
}
