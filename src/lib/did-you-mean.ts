/** Longest word that is compared; nobody mistypes a longer one. */
const lengthMax = 64

/** The end of a sentence about a wrong word: `; did you mean auto?`, or nothing when no known word is near. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const meant = closest(word, known)
  return meant === null ? '' : `; did you mean ${meant}?`
}

/** The known word that was most likely meant, or null when none is near: at most a third of the longer one's letters differ. */
export function closest(word: string, known: Iterable<string>): string | null {
  if (word.length > lengthMax) return null
  let best: string | null = null
  let bestDistance = Infinity
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    const distanceMax = Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3))
    if (distance <= distanceMax && distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Letters to insert, delete, replace or swap with their neighbour (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1) {
      const above = previous[j] ?? 0
      const left = row[j - 1] ?? 0
      const diagonal = previous[j - 1] ?? 0
      let cost = Math.min(above + 1, left + 1, diagonal + (a[i - 1] === b[j - 1] ? 0 : 1))
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (isSwap) cost = Math.min(cost, (beforePrevious[j - 2] ?? 0) + 1)
      row.push(cost)
    }
    beforePrevious = previous
    previous = row
  }
  return previous[b.length] ?? 0
}
