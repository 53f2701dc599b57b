import { stripVTControlCharacters } from 'node:util'
import type { RolloutProgress } from '../app/answers/read-progress.ts'

/** Lines of what a failed version printed that are shown to people; programs get all that was kept. */
const lastWordsMax = 3

/** The last lines that a failed version printed, without its colours; none unless it failed. */
export const lastWords = (logTail: string | null): readonly string[] =>
  stripVTControlCharacters(logTail ?? '')
    .split(/[\r\n]+/)
    .filter((text) => text.trim() !== '')
    .slice(-lastWordsMax)

/** Why a rollout ended as it did, and what it cost where it succeeded. */
export function outcomeSentence({
  outcome,
  reason,
  gapMs,
}: Pick<RolloutProgress, 'outcome' | 'reason' | 'gapMs'>): string {
  const sentence = reason?.sentence ?? ''
  if (outcome !== 'succeeded' || gapMs === null) return sentence
  return `${sentence}; ${gapMs === 0 ? 'no gap' : `gap ${gapMs} ms`}`
}
