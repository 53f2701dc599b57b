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
 * A name alone will do for an entry, as registries themselves answer: `{"tags": ["1.2"]}`; so will the list alone.
 * @throws CLI_USAGE, DIGEST_INVALID, PLATFORM_INVALID which name the entry
 */
export function parseTags(given: string): readonly ListedTag[] {
  // What a text of two bytes a character, or of another encoding, becomes as UTF-8.
  if (/[\0\uFFFD]/.test(given))
    throw wrong('the list of tags', 'must be UTF-8; where PowerShell wrote it, add: | Out-File -Encoding utf8 tags.txt')
  const text = given.replace(/^\uFEFF/, '')
  // No tag begins like that.
  if (!/^\s*[[{"]/.test(text)) {
    return text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .map(named)
  }
  const parsed = parseJson(text)
  // A registry answers null for a repository whose tags were all deleted.
  const isEmpty = isObject(parsed) && 'name' in parsed && parsed['tags'] === null
  const list = isEmpty ? [] : isObject(parsed) ? parsed['tags'] : parsed
  if (!Array.isArray(list)) throw wrong(isObject(parsed) ? 'tags' : 'the list of tags', `must be a list: ${expected}`)
  return list.map((entry: unknown, index) => readEntry(entry, `tags[${index}]`))
}

const expected = 'write one tag on each line, or {"tags": ["1.2.3"]}, or {"tags": [{"name": "1.2.3"}]}'

const named = (tag: string): ListedTag => ({
  tag,
  digest: null,
  pushedAt: null,
  firstSeenAt: null,
  platforms: null,
})

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const why = error instanceof Error ? error.message : ''
    throw new AppError('CLI_USAGE', `the list of tags is no JSON: ${why}; ${expected}`, { cause: error })
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function readEntry(entry: unknown, where: string): ListedTag {
  if (typeof entry === 'string') return named(entry)
  if (!isObject(entry)) throw wrong(where, 'must be a name, or an object with one, as in {"name": "1.2.3"}')
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
  if (day === undefined || Number.isNaN(ms) || !isDay(day) || /^.24/.test(time))
    throw wrong(where, `must be a time such as 2026-11-20T12:00:00Z, not ${quote(text)}`)
  return ms
}

/** A day too many is taken for one of the next month, unless there is no such day in any. */
function isDay(day: string): boolean {
  const ms = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day)
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
