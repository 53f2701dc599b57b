import { rm, writeFile } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join } from 'node:path'
import type { ComposeProject } from '../../clients/compose/project.ts'
import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import { AppError, toAppError } from '../../errors.ts'
import type { ComposeLabels } from '../engine/compose-labels.ts'

/** Everything needed to bring the old version up again. Holds environment values: for the state file only. */
export interface Snapshot {
  readonly compose: ComposeLabels
  readonly containers: readonly ContainerInspect[]
  readonly files: readonly { readonly path: string; readonly base64: string }[]
}

/** @throws INTERNAL when nothing was captured */
export function readSnapshot(value: unknown): Snapshot {
  if (typeof value !== 'object' || value === null || !('compose' in value) || !('files' in value)) {
    throw new AppError('INTERNAL', 'nothing was captured of the service, so the way back is not known')
  }
  // Written by `capture` of this target, and kept by the state as it was.
  return value as Snapshot
}

/**
 * The file that a copy of ours is of, any other path as it is: containers that were brought up from copies name them in
 * their labels, and they are gone by then.
 */
export function originalOf(path: string): string {
  const [, name] = /^\.(.+)\.longshore$/.exec(basename(path)) ?? []
  if (name !== undefined) return join(dirname(path), name)
  const [, encoded] = /^copy-([\w-]+)\.longshore$/.exec(basename(path)) ?? []
  const decoded = encoded === undefined ? '' : Buffer.from(encoded, 'base64url').toString()
  return isAbsolute(decoded) ? decoded : path
}

type NameCopy = (path: string) => string

const besideIt: NameCopy = (path) => join(dirname(path), `.${basename(path)}.longshore`)

/** Where the folder of the files is closed to us. Its name is all that later tells which file it was. */
const inSpare =
  (folder: string): NameCopy =>
  (path) =>
    join(folder, `copy-${Buffer.from(path).toString('base64url')}.longshore`)

/**
 * Runs work on copies of the captured files: beside the real ones, or in a folder of ours where that is closed to us. What
 * is relative in them is read from the project directory in both cases (2.26.1).
 *
 * @throws COMPOSE_FILE_UNWRITABLE when they cannot be made
 */
export async function withFilesOf(
  { files }: Snapshot,
  project: ComposeProject,
  spareFolder: string,
  work: (copy: ComposeProject) => Promise<void>,
): Promise<void> {
  const copies = await copyAll(files, besideIt).catch((error: unknown) => {
    const { cause } = toAppError(error)
    const isClosed = cause instanceof Error && 'code' in cause && closed.has(String(cause.code))
    if (!isClosed) throw error
    return copyAll(files, inSpare(spareFolder))
  })
  try {
    const copied = (paths: readonly string[]) => paths.map((path) => copies.get(path) ?? path)
    const env = copies.get(join(project.projectDirectory, '.env'))
    const envFiles = project.envFiles.length > 0 ? copied(project.envFiles) : env === undefined ? [] : [env]
    await work({ ...project, files: copied(project.files), envFiles })
  } finally {
    await removeAll(copies)
  }
}

/** Takes away the copies that a process left which was killed among them: they have what the env files say. */
export async function removeLeftCopies(paths: readonly string[], spareFolder: string): Promise<void> {
  const copies = paths.flatMap((path) => [besideIt(path), inSpare(spareFolder)(path)])
  await Promise.all(copies.map((copy) => rm(copy, { force: true }).catch(() => undefined)))
}

const closed = new Set(['EACCES', 'EPERM', 'EROFS'])

/** All of them, by the path of the original, or none. */
async function copyAll(files: Snapshot['files'], nameCopy: NameCopy): Promise<ReadonlyMap<string, string>> {
  const copies = new Map<string, string>()
  try {
    for (const { path, base64 } of files) {
      const copy = nameCopy(path)
      copies.set(path, copy)
      await writeCopy(copy, Buffer.from(base64, 'base64'))
    }
    return copies
  } catch (error) {
    await removeAll(copies)
    throw error
  }
}

async function removeAll(copies: ReadonlyMap<string, string>): Promise<void> {
  // What a closed folder does not let us remove was not made there.
  await Promise.all([...copies.values()].map((copy) => rm(copy, { force: true }).catch(() => undefined)))
}

/** Never through what lies there already: a link would lead somewhere else. */
async function writeCopy(path: string, bytes: Buffer): Promise<void> {
  try {
    await rm(path, { force: true })
    await writeFile(path, bytes, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    const sentence = `${path} cannot be written, which the way back needs`
    throw new AppError('COMPOSE_FILE_UNWRITABLE', sentence, { cause: error })
  }
}
