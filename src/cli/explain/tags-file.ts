import { AppError } from '../../errors.ts'
import { parseDigest, type Digest } from '../../image/digest.ts'
import { parsePlatform, type Platform } from '../../image/platform.ts'
import { quote } from '../../image/quote.ts'

/** A tag as a file tells of it. Times are in milliseconds since 1970; null where the file says nothing. */
export interface ListedTag {
  readonly tag: string
  readonly digest: Digest | null
  readonly pushedAt: number | null
  readonly firstSeenAt: number | null
  readonly platforms: readonly Platform[] | null
}

/**
 * Reads a list of tags: one on each line, or JSON as in `{"tags": [{"name": "1.2", "pushedAt": "2026-11-20T12:00:00Z"}]}`.
 * @throws CLI_USAGE, DIGEST_INVALID, PLATFORM_INVALID which name the entry
 */
export function parseTags(text: string): readonly ListedTag[] {
  if (!text.trimStart().startsWith('{')) {
    return text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .map((tag) => ({ tag, digest: null, pushedAt: null, firstSeenAt: null, platforms: null }))
  }
  const parsed = parseJson(text)
  const list = isObject(parsed) ? parsed['tags'] : undefined
  if (!Array.isArray(list)) throw wrong('tags', 'must be a list')
  return list.map((entry: unknown, index) => readEntry(entry, `tags[${index}]`))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new AppError('CLI_USAGE', `the list of tags is no JSON: ${error instanceof Error ? error.message : ''}`, {
      cause: error,
    })
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function readEntry(entry: unknown, where: string): ListedTag {
  if (!isObject(entry)) throw wrong(where, 'must be an object with a name')
  const name = readText(entry, 'name', where)
  if (name === null) throw wrong(`${where}.name`, 'is missing')
  // Read, so that a wrong one is told of; no policy goes by what a publisher says of the making.
  readTime(entry, 'createdAt', where)
  const digest = readText(entry, 'digest', where)
  return {
    tag: name,
    digest: digest === null ? null : at(`${where}.digest`, () => parseDigest(digest)),
    pushedAt: readTime(entry, 'pushedAt', where),
    firstSeenAt: readTime(entry, 'firstSeenAt', where),
    platforms: readPlatforms(entry['platforms'], `${where}.platforms`),
  }
}

function readText(entry: Readonly<Record<string, unknown>>, key: string, where: string): string | null {
  const value = entry[key] ?? null
  if (value === null || typeof value === 'string') return value
  throw wrong(`${where}.${key}`, 'must be a text')
}

function readTime(entry: Readonly<Record<string, unknown>>, key: string, where: string): number | null {
  const text = readText(entry, key, where)
  return text === null ? null : parseTime(text, `${where}.${key}`)
}

/**
 * A time such as `2026-11-20` or `2026-11-20T12:00:00Z`; without a zone it is in UTC, the same on every machine.
 * @throws CLI_USAGE
 */
export function parseTime(text: string, where: string): number {
  const [, day, time = 'T00:00:00', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)([Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?([Zz]|[+-]\d\d:?\d\d)?$/.exec(text) ?? []
  const ms = day === undefined ? Number.NaN : Date.parse(`${day}${time.replace(' ', 'T')}${zone}`)
  if (Number.isNaN(ms)) throw wrong(where, `must be a time such as 2026-11-20T12:00:00Z, not ${quote(text)}`)
  return ms
}

function readPlatforms(value: unknown, where: string): readonly Platform[] | null {
  if (value === undefined || value === null) return null
  if (!Array.isArray(value)) throw wrong(where, 'must be a list such as ["linux/amd64"]')
  return value.map((each: unknown, index) => {
    if (typeof each !== 'string') throw wrong(`${where}[${index}]`, 'must be a text such as linux/amd64')
    return at(`${where}[${index}]`, () => parsePlatform(each))
  })
}

/** Says where in the file what was wrong is. */
function at<Value>(where: string, read: () => Value): Value {
  try {
    return read()
  } catch (error) {
    if (error instanceof AppError) throw new AppError(error.code, `${where}: ${error.message}`, { cause: error })
    throw error
  }
}

const wrong = (where: string, problem: string): AppError => new AppError('CLI_USAGE', `${where} ${problem}`)
