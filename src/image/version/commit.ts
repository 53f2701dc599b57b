import { isDigit } from './digits.ts'

/** What stands for the commit of a version in its variant: another with each build, and no other variant. */
const commit = '<commit>'
const [shortest, longest] = [7, 40]
/** A number without letters is one where more follows, and only of so many digits. */
const plainMax = 9
const month = /^(?:19|20)\d\d(?:0[1-9]|1[0-2])/

/**
 * Writes `<commit>` for each part that is one, as linuxserver/plex writes them behind its versions: `1.40.0.7998-c29d4c0c8`.
 * @param text in lower case
 * @param to what is behind it is left out; a place where a part ends
 */
export function withoutCommits(text: string, to = text.length): string {
  let written = ''
  let from = 0
  for (let start = 0; start <= to;) {
    const end = endOfPart(text, start)
    if (isCommit(text, start, end)) {
      if (start === 0 && end === to) return commit
      written += text.slice(from, start) + commit
      from = end
    }
    start = end + 1
  }
  return written + text.slice(from, to)
}

/**
 * Whether a part of a text, which ends at a separator or with the text, is a commit: 7 to 40 digits and letters from a to
 * f, both; or, with a letter after the next dash, 7 to 9 digits that do not read as a date.
 * By character codes, since there are thousands to read.
 */
export function isCommit(text: string, start: number, end: number): boolean {
  if (end - start < shortest || end - start > longest) return false
  let letters = 0
  for (let at = start; at < end; at += 1) {
    if (isHexLetter(text, at)) letters += 1
    else if (!isDigit(text, at)) return false
  }
  if (letters > 0) return letters < end - start
  return end - start <= plainMax && isFollowed(text, end) && !month.test(text.slice(start, end))
}

function endOfPart(text: string, from: number): number {
  let end = from
  while (end < text.length && !isSeparator(text, end)) end += 1
  return end
}

/** Whether a dash, a dot or an underscore is at a place of a text. */
export function isSeparator(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code === 45 || code === 46 || code === 95
}

function isHexLetter(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 97 && code <= 102
}

/** Whether a dash and a letter come next. */
function isFollowed(text: string, at: number): boolean {
  const code = text.charCodeAt(at + 1)
  return text[at] === '-' && code >= 97 && code <= 122
}
