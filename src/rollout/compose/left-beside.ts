import type { ComposeFacts } from '../facts.ts'
import type { Rollout } from '../rollout.ts'
import { isUp, whyNot } from '../step.ts'

/** What to say where the old version serves again and the new one beside it stays; null where it does not serve. */
export function leftBeside(rollout: Rollout, { olds, news }: ComposeFacts): string | null {
  if (news.length === 0 || olds.filter(isUp).length < rollout.scale) return null
  const names = news.map(({ name }) => name).join(' ')
  return `the old version serves, but what was made beside it could not be removed${whyNot(rollout, 'up-old')}; run: docker rm --force ${names}`
}
