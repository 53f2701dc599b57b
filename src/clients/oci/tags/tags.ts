import { AppError } from '../../../errors.ts'
import { isTagText, unescaped } from '../../../image/tag-text.ts'
import { isText } from '../../../lib/json-bytes.ts'
import { createJsonStream } from '../../../lib/json-stream.ts'
import { createRecords } from '../../../lib/records.ts'
import type { Records } from '../../../lib/records.ts'
import type { AskDeps } from '../ask.ts'
import type { RepositoryName } from '../credentials/credentials.ts'
import type { Limits } from '../limits.ts'
import type { Urgency } from '../pace/urgency.ts'
import { readTagPages, valueBytesMax } from './pages.ts'

/**
 * The largest page that no registry refuses; ECR answers 405 to more.
 *
 * Assumed of Amazon ECR: a page of a thousand tags is not refused, in the public registry too.
 */
export const usualPageSize = 1000

/**
 * All tags, in the registry's order, each once. While the list comes in, only the names are held, as bytes.
 *
 * @throws REGISTRY_* by class of failure of any page; REGISTRY_TOO_LARGE beyond the limits of pages, tags or bytes
 */
export async function listTags(
  deps: AskDeps,
  repository: RepositoryName,
  signal: AbortSignal,
  urgency: Urgency,
  pageSize = usualPageSize,
): Promise<readonly string[]> {
  const names = createRecords(deps.limits.tagNamesBytes)
  let begun = { page: 0, mark: names.mark() }
  const openPage = (page: number, subject: string) => {
    if (page === begun.page) names.restore(begun.mark)
    begun = { page, mark: names.mark() }
    return createJsonStream({
      keys: { tags: 'array' },
      // An answer without them says nothing of tags: taken for an empty page it would make a part a whole.
      needed: ['tags'],
      valueBytesMax,
      visit: (_tags, _name, bytes, start, end) => keepName(names, deps.limits, subject, bytes, start, end),
    })
  }
  await readTagPages(deps, { repository, pageSize, urgency, openPage }, signal)
  const tags = new Set<string>() // some registries repeat the tag at the seam of two pages
  names.forEach((bytes, start, end) => tags.add(bytes.toString('latin1', start, end)))
  return [...tags]
}

/** What is no tag by the specification cannot be asked for, and is left out. */
function keepName(names: Records, limits: Limits, subject: string, bytes: Buffer, start: number, end: number): void {
  if (!isText(bytes, start)) throw new SyntaxError('a tag is no text')
  if (!isTagText(bytes, start, end)) {
    const plain = unescaped(bytes, start, end)
    if (plain !== null) keepName(names, limits, subject, plain, 0, plain.length)
    return
  }
  if (names.count + 1 >= limits.tags) throw tooMany(subject, `it has ${limits.tags} tags or more`)
  if (!names.add(bytes, start + 1, end - 1)) {
    throw tooMany(subject, `the names of its tags take more than ${limits.tagNamesBytes} bytes`)
  }
}

/** Beyond what is held of a list. */
export function tooMany(subject: string, what: string): AppError {
  return new AppError('REGISTRY_TOO_LARGE', `${subject}: ${what}`)
}
