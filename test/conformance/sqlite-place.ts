import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach } from 'vitest'

/** Where the tests of a file keep a state in a file, with its backups, and what was said of it: each begins with nothing. */
export function useSqlitePlace() {
  const parent = mkdtempSync(join(tmpdir(), 'longshore-place-'))
  const folder = join(parent, 'state')
  const said: string[] = []
  const say = (_: object, sentence: string): void => void said.push(sentence)
  beforeEach(() => {
    rmSync(parent, { recursive: true, force: true })
    mkdirSync(parent, { mode: 0o700 })
    said.length = 0
  })
  afterAll(() => rmSync(parent, { recursive: true, force: true }))
  return {
    parent,
    folder,
    file: join(folder, 'longshore.db'),
    backupFolder: join(folder, 'backups'),
    /** Sentences of warnings and errors, oldest first. */
    said: said as readonly string[],
    log: { warn: say, error: say },
  }
}
