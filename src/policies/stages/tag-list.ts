import type { Selection, SelectionContext } from '../policy.ts'

/** Why nothing can be told from a list of tags; null when it can. What is not known is never taken for "nothing newer". */
export function unbelievable(
  count: number,
  list: SelectionContext['list'],
): Pick<Selection, 'chosen' | 'code' | 'sentence'> | null {
  if (list === 'partial') return unknown('LIST_PARTIAL', 'not all of the list of tags could be read')
  if (count === 0) return unknown('LIST_EMPTY', 'the list of tags is empty')
  if (list === 'halved') return unknown('LIST_HALVED', 'at least half of the tags are gone since the last look')
  return null
}

const unknown = (code: string, sentence: string) => ({ chosen: null, code, sentence })
