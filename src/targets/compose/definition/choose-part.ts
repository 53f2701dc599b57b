import type { Part } from './resolve-template.ts'

/** A part of the scalar, and what it has to stand for so that the whole stands for what is wanted. */
export interface Choice {
  readonly part: Part
  readonly value: string
}

/**
 * Which one part can be changed so that the whole reads `wanted`, the best first: the one in which all words that
 * differ stand, then variables, then text. In `web:1.${MINOR}` the step from 1.2 to 1.22 belongs to MINOR, although
 * `web:1.2${MINOR}` would read the same.
 */
export function chooseParts(parts: readonly Part[], wanted: string): readonly Choice[] {
  const current = parts.map((part) => part.value).join('')
  const [from, to] = differingWords(current, wanted)
  const choices: (Choice & { readonly rank: number })[] = []
  let start = 0
  for (const part of parts) {
    const end = start + part.value.length
    const suffix = current.slice(end)
    const fits =
      wanted.startsWith(current.slice(0, start)) && wanted.endsWith(suffix) && wanted.length >= start + suffix.length
    const holdsAll = start <= from && to <= end
    if (fits) {
      const rank = (holdsAll ? 0 : 2) + (part.kind === 'variable' ? 0 : 1)
      choices.push({ part, value: wanted.slice(start, wanted.length - suffix.length), rank })
    }
    start = end
  }
  return choices.toSorted((a, b) => a.rank - b.rank)
}

/** Where `current` differs from `wanted`, widened to whole words of letters and digits. */
function differingWords(current: string, wanted: string): readonly [from: number, to: number] {
  const max = Math.min(current.length, wanted.length)
  let from = 0
  while (from < max && current[from] === wanted[from]) from += 1
  let same = 0
  while (same < max - from && current.at(-1 - same) === wanted.at(-1 - same)) same += 1
  let to = current.length - same
  while (from > 0 && isWord(current[from - 1])) from -= 1
  while (to < current.length && isWord(current[to])) to += 1
  return [from, to]
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && /[A-Za-z0-9]/.test(character)
}
