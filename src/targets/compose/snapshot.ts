import { rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { ComposeProject } from '../../clients/compose/project.ts'
import type { ContainerInspect } from '../../clients/docker/shapes.ts'
import { AppError } from '../../errors.ts'
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
  return name === undefined ? path : join(dirname(path), name)
}

const copyOf = (path: string): string => join(dirname(path), `.${basename(path)}.longshore`)

/**
 * Runs work on copies of the captured files, which lie beside the real ones so that relative paths mean the same.
 * @throws COMPOSE_FILE_UNWRITABLE when they cannot be made there
 */
export async function withFilesOf(
  { files }: Snapshot,
  project: ComposeProject,
  work: (copy: ComposeProject) => Promise<void>,
): Promise<void> {
  const copies = new Map<string, string>()
  try {
    for (const { path, base64 } of files) {
      const copy = copyOf(path)
      copies.set(path, copy)
      await writeCopy(copy, Buffer.from(base64, 'base64'))
    }
    const copied = (paths: readonly string[]) => paths.map((path) => copies.get(path) ?? path)
    const env = copies.get(join(project.projectDirectory, '.env'))
    const envFiles = project.envFiles.length > 0 ? copied(project.envFiles) : env === undefined ? [] : [env]
    await work({ ...project, files: copied(project.files), envFiles })
  } finally {
    await Promise.all([...copies.values()].map((copy) => rm(copy, { force: true })))
  }
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
