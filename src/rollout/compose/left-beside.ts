import type { ComposeFacts } from '../facts.ts'
import type { Rollout } from '../rollout.ts'
import { isUp, whyNot } from '../step.ts'
import { ranBefore } from './ran-before.ts'

/** What to say where the old version serves again and the new one beside it stays; null where it does not, or did not before. */
export function leftBeside(rollout: Rollout, { olds, news }: ComposeFacts): string | null {
  const meant = ranBefore(rollout)
  if (news.length === 0 || meant === 0 || olds.filter(isUp).length < meant) return null
  const names = news.map(({ name }) => name).join(' ')
  return `the old version serves, but what was made beside it could not be removed${whyNot(rollout, 'up-old')}; run: docker rm --force ${names}`
}
