import { afterLengthMax, afterMax, groupNamePattern, type SettingsOverride } from '../workloads/settings.ts'

type Result = { readonly value: SettingsOverride } | { readonly problem: string }

/** The value of `longshore.group`. */
export function readGroup(text: string): Result {
  if (groupNamePattern.test(text)) return { value: { group: text } }
  return { problem: 'must be a name of letters, digits, dots, - and _, at most 60, that begins with a letter or digit' }
}

/** The value of `longshore.after`: names or ids, parted by commas; empty for none, whatever a rule says. */
export function readAfter(text: string): Result {
  const names = text.split(',').map((each) => each.trim())
  if (names.length === 1 && names[0] === '') return { value: { after: [] } }
  if (names.some((each) => each === '')) return { problem: 'has an empty name between commas' }
  if (names.length > afterMax) return { problem: `names more than ${afterMax} workloads` }
  if (names.some((each) => each.length > afterLengthMax)) return { problem: 'has a name that is too long' }
  return { value: { after: [...new Set(names)] } }
}
