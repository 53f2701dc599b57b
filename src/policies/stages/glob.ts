/** Either a regex that means the same as a glob, or what is wrong with the glob. */
export type GlobReading = { readonly regex: string } | { readonly problem: string }

const special = /[\\^$.|?*+()[\]{}]/

/** Reads `*`, `?`, `[...]`, `[!...]` and `{a,b}`; a backslash takes the meaning from what follows. Matches whole tags. */
export function globToRegex(glob: string): GlobReading {
  let regex = ''
  let depth = 0
  for (let at = 0; at < glob.length; at += 1) {
    const char = glob.charAt(at)
    if (char === '*') regex += '.*'
    else if (char === '?') regex += '.'
    else if (char === '{') {
      depth += 1
      regex += '(?:'
    } else if (char === '}' && depth > 0) {
      depth -= 1
      regex += ')'
    } else if (char === ',' && depth > 0) regex += '|'
    else if (char === '[') {
      const end = glob.indexOf(']', at + (/[!^]/.test(glob.charAt(at + 1)) ? 3 : 2))
      if (end === -1) return { problem: 'has a [ without its ]' }
      const inner = glob.slice(at + 1, end)
      regex += `[${inner.replace(/^[!^]/, '^').replace(/[\\[\]&~]/g, '\\$&')}]`
      at = end
    } else if (char === '\\') {
      at += 1
      if (at === glob.length) return { problem: 'ends in a backslash' }
      regex += escape(glob.charAt(at))
    } else regex += escape(char)
  }
  return depth > 0 ? { problem: 'has a { without its }' } : { regex: `^(?:${regex})$` }
}

const escape = (char: string): string => (special.test(char) ? `\\${char}` : char)
