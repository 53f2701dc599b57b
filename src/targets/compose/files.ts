import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ComposeProject } from '../../clients/compose/project.ts'
import { AppError } from '../../errors.ts'
import type { Definition } from '../../rollout/rollout.ts'
import { hashOf } from './definition/hash.ts'

/** The files that define a project and that a person may edit: its Compose files, and the env files in force. */
export function filesOf({ files, envFiles, projectDirectory }: ComposeProject): readonly string[] {
  return [...files, ...(envFiles.length > 0 ? envFiles : [join(projectDirectory, '.env')])]
}

/** Null when there is no such file. @throws COMPOSE_FILE_UNREADABLE */
export async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw new AppError('COMPOSE_FILE_UNREADABLE', `${path} cannot be read (${String(code)})`, { cause: error })
  }
}

/** Whether the files are as they were before a rollout, as it left them, or neither. */
export async function definitionNow({ files }: Definition): Promise<'before' | 'after' | 'other'> {
  const now = await Promise.all(files.map(async ({ path }) => hashIfThere(path)))
  if (files.every(({ before }, at) => now[at] === before)) return 'before'
  return files.every(({ after }, at) => now[at] === after) ? 'after' : 'other'
}

/** Hash of a file's content; empty text when there is none. */
export async function hashIfThere(path: string): Promise<string> {
  const bytes = await readIfThere(path)
  return bytes === null ? '' : hashOf(bytes)
}
