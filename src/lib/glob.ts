/**
 * Whether the whole text matches a pattern of `*` (any text, also none) and `?` (one code point); case matters.
 * Goes back to the last star only, so that the work is at most pattern length times text length.
 */
export function matchesGlob(pattern: string, text: string): boolean {
  const wanted = [...pattern]
  const found = [...text]
  let at = 0
  let star = -1
  let starTaken = 0
  for (let i = 0; i < found.length;) {
    if (wanted[at] === '*') {
      star = at
      starTaken = i
      at += 1
    } else if (at < wanted.length && (wanted[at] === '?' || wanted[at] === found[i])) {
      at += 1
      i += 1
    } else if (star >= 0) {
      starTaken += 1
      at = star + 1
      i = starTaken
    } else {
      return false
    }
  }
  return wanted.slice(at).every((character) => character === '*')
}
