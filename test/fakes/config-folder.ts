import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect } from 'vitest'
import type { Config } from '../../src/config/config.ts'
import { loadConfig, type ConfigSources } from '../../src/config/load.ts'
import { AppError } from '../../src/errors.ts'

type Sources = Partial<ConfigSources>

/** A folder of its own for every test, with a configuration file to write and load. */
export function useConfigFolder() {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longshore-config-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  const path = (name = 'longshore.yml') => join(folder, name)

  const load = async (text: string, sources: Sources = {}): Promise<Config> => {
    await writeFile(path(), text, { mode: 0o600 })
    return loadConfig({ file: path(), env: {}, home: '/home/me', isRoot: false, ...sources })
  }

  /** The problems that a text has, as if the file lay in the working directory. */
  const problems = async (text: string, sources: Sources = {}): Promise<readonly string[]> => {
    const error = await appError(load(text, sources))
    expect(error.code).toBe('CONFIG_INVALID')
    return error.message.split('\n').map((line) => line.replace(path(), 'longshore.yml'))
  }

  return { path, load, problems }
}

/** The AppError that a promise ends with. */
export async function appError(promise: Promise<unknown>): Promise<AppError> {
  const ended: unknown = await promise.catch((error: unknown) => error)
  if (ended instanceof AppError) return ended
  throw new Error('expected an AppError', { cause: ended })
}
