import { open } from 'node:fs/promises'
import type { StateUpkeep } from '../../app/passes/state-upkeep.ts'
import { AppError, toAppError } from '../../errors.ts'
import { redact } from '../../lib/secret.ts'

interface ExportTo {
  /** A file, which must not exist; null for the output. */
  readonly to: string | null
  readonly print: (text: string) => void
  readonly now: Date
}

/** Lines that are written at a time. */
const linesMax = 500

/**
 * Writes rows as one JSON document with a row on each line, never all of them in memory. A file is for this user alone.
 * @returns how many there were
 * @throws STATE_UNWRITABLE when the file is there already or cannot be written
 */
export async function writeExport(contents: ReturnType<StateUpkeep['contents']>, options: ExportTo): Promise<number> {
  const { to, print, now } = options
  const file = to === null ? null : await create(to)
  let lines: string[] = []
  const flush = async (): Promise<void> => {
    const text = lines.join('\n')
    lines = []
    if (file === null) print(text)
    else await file.write(`${text}\n`)
  }
  try {
    let count = 0
    lines.push(`{"format": 1, "exportedAt": ${JSON.stringify(now.toISOString())}, "rows": [`)
    for await (const { kind, row } of contents) {
      // The comma of the row before, since nobody knows which is the last. Struck out once more is what hooks and
      // credentials of this configuration are.
      lines.push(`${count === 0 ? ' ' : ','}${redact(JSON.stringify({ kind, ...row }))}`)
      count += 1
      if (lines.length >= linesMax) await flush()
    }
    lines.push(']}')
    await flush()
    await file?.sync()
    return count
  } finally {
    await file?.close()
  }
}

async function create(file: string) {
  try {
    return await open(file, 'wx', 0o600)
  } catch (thrown) {
    const { message } = toAppError(thrown)
    const isThere = thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST'
    const sentence = isThere ? `${file} is there already, and is not replaced` : `${file} cannot be written: ${message}`
    throw new AppError('STATE_UNWRITABLE', sentence, { cause: thrown })
  }
}
