import { AppError } from '../../errors.ts'
import { isDigest } from '../../image/digest.ts'
import { isTagText, unescaped } from '../../image/tag-text.ts'
import { isText } from '../../lib/json-bytes.ts'
import { createJsonStream } from '../../lib/json-stream.ts'
import type { JsonStream } from '../../lib/json-stream.ts'
import { createRecords } from '../../lib/records.ts'
import type { Records } from '../../lib/records.ts'
import { readRecord, writeRecord } from './tag-record.ts'
import type { GarTag } from './tag-record.ts'

/** Reads all pages of a list, as they come in. */
export type ReadPages = (listing: {
  readonly pageSize: number
  /**
   * Called for each try of each page.
   *
   * @param subject the repository, for messages
   * @param heldBytesMax of what is kept of all pages; that of real lists is a quarter of what comes in
   */
  readonly openPage: (page: number, subject: string, heldBytesMax: number) => Pick<JsonStream, 'write' | 'end'>
}) => Promise<void>

/**
 * The largest page that Google's own tools ask for.
 *
 * Assumed of Google Artifact Registry: a page of 10,000 is given, or a smaller one with a `Link`; it is no error.
 */
export const garPageSize = 10_000

const manifestBytesMax = 1024 * 1024

/** Less than of names alone: what is made of them in the end is larger here. */
const recordBytesMax = 8 * 1024 * 1024

/**
 * The tags with what Google puts beside them, so that push times cost nothing more than the list. While it comes in, of
 * each tag only name, digest and time are held, as bytes; most of a list may be the platforms below its tags.
 *
 * Assumed of Google Artifact Registry: `manifest` with `timeUploadedMs` stands in the lists of repositories of every mode,
 * remote and virtual ones too, and is the time of the first push of the digest.
 *
 * @param wanted null for all tags, those without a manifest beside them included
 * @throws REGISTRY_TOO_LARGE beyond 64 MiB or what may be held of it, REGISTRY_INTEGRITY
 */
export async function readGarTags(read: ReadPages, wanted: ReadonlySet<string> | null): Promise<readonly GarTag[]> {
  const begun: { records: Records | null; page: number; mark: ReturnType<Records['mark']> | null } = {
    records: null,
    page: 0,
    mark: null,
  }
  await read({
    pageSize: garPageSize,
    openPage(page, subject, heldBytesMax) {
      const records = (begun.records ??= createRecords(Math.min(heldBytesMax, recordBytesMax)))
      if (page === begun.page && begun.mark !== null) records.restore(begun.mark)
      begun.page = page
      begun.mark = records.mark()
      return openGarPage(records, wanted, subject)
    },
  })
  const tags = new Map<string, GarTag>()
  begun.records?.forEach((bytes, start, end) => {
    const found = readRecord(bytes, start, end)
    if (found.digest !== null || !tags.has(found.tag)) tags.set(found.tag, found)
  })
  return [...tags.values()]
}

function openGarPage(records: Records, wanted: ReadonlySet<string> | null, subject: string): JsonStream {
  const keep = (tag: GarTag): void => {
    const { bytes, length } = writeRecord(tag)
    if (records.add(bytes, 0, length)) return
    throw new AppError('REGISTRY_TOO_LARGE', `${subject}: it has more tags than can be held`)
  }
  const manifests = createManifestReader()
  return createJsonStream({
    valueBytesMax: manifestBytesMax,
    keys: { manifest: 'object', tags: 'array' },
    // An answer without them says nothing of tags: taken for an empty page it would make a part a whole.
    needed: ['tags'],
    visit(key, digest, bytes, start, end) {
      if (key === 'tags') {
        const tag = tagIn(bytes, start, end)
        if (tag !== null && wanted === null) keep({ tag, digest: null, uploadedAt: null })
        return
      }
      const { tags, count, uploadedAt } = manifests(bytes, start, end)
      if (digest === null || !isDigest(digest)) return
      for (let at = 0; at < count; at += 1) {
        const tag = tags[at] ?? ''
        if (wanted?.has(tag) ?? true) keep({ tag, digest, uploadedAt })
      }
    },
  })
}

/**
 * Reads one manifest after the other. Not by `JSON.parse`, which keeps each short text for a while: of a list of 64 MiB
 * these alone would take 30.
 */
function createManifestReader() {
  // The same for all, as there may be half a million of them; an array that is emptied would be made anew.
  const manifest: Mutable<ReadManifest> = { tags: [], count: 0, uploadedAt: null }
  const stream = createJsonStream({
    keys: { tag: 'array', timeUploadedMs: 'value' },
    valueBytesMax: manifestBytesMax,
    visit(key, _name, bytes, start, end) {
      if (key === 'timeUploadedMs') {
        if (!isText(bytes, start) && bytes.toString('latin1', start, end) !== 'null') throw new SyntaxError('no text')
        manifest.uploadedAt = timeOf(bytes.toString('latin1', start + 1, end - 1))
        return
      }
      const tag = tagIn(bytes, start, end)
      if (tag === null) return
      manifest.tags[manifest.count] = tag
      manifest.count += 1
    },
  })
  return (bytes: Buffer, start: number, end: number): ReadManifest => {
    manifest.count = 0
    manifest.uploadedAt = null
    stream.reset()
    stream.write(bytes, start, end)
    stream.end()
    return manifest
  }
}

/** Null for what is no tag by the specification. @throws SyntaxError when it is no text */
function tagIn(bytes: Buffer, start: number, end: number): string | null {
  if (!isText(bytes, start)) throw new SyntaxError('a tag is no text')
  if (isTagText(bytes, start, end)) return bytes.toString('latin1', start + 1, end - 1)
  return unescaped(bytes, start, end)?.toString('latin1').slice(1, -1) ?? null
}

/** Good until the next one is read. */
interface ReadManifest {
  /** The first `count` of these. */
  readonly tags: string[]
  readonly count: number
  readonly uploadedAt: number | null
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

/** Milliseconds as text; the oldest manifests have a 0. */
function timeOf(text: string): number | null {
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : null
}
