import { basename, dirname, join } from 'node:path'
import type { ComposeProject } from '../../clients/compose/project.ts'
import type { ComposeLabels } from '../engine/compose-labels.ts'
import { originalOf } from './snapshot.ts'

/** What the configuration says of a service, where its labels do not say enough. Paths are absolute. */
export interface ConfiguredService {
  readonly service: string
  /** Null for whatever the files' folder or the labels say. */
  readonly project: string | null
  /** Empty for those of the labels. */
  readonly files: readonly string[]
  readonly envFiles: readonly string[]
  readonly profiles: readonly string[]
  readonly directory: string | null
}

/** How `docker compose` has to be called to mean the project that a container was made by. */
export function projectOf(labels: ComposeLabels, configured: readonly ConfiguredService[]): ComposeProject {
  const given = configured.find((each) => isAbout(each, labels))
  const files = given !== undefined && given.files.length > 0 ? given.files : labels.files.map(originalOf)
  const projectDirectory = given?.directory ?? (labels.directory || dirname(files[0] ?? '/'))
  return {
    project: labels.project,
    files,
    projectDirectory,
    envFiles: given !== undefined && given.envFiles.length > 0 ? given.envFiles : envFilesOf(labels, projectDirectory),
    profiles: given?.profiles ?? [],
  }
}

/** A copy that we made of the usual one stands for it, and that need not be there. */
function envFilesOf({ envFiles }: ComposeLabels, projectDirectory: string): readonly string[] {
  const usual = join(projectDirectory, '.env')
  return envFiles.filter((each) => each === usual || originalOf(each) !== usual).map(originalOf)
}

/** Whether an entry of the configuration is about the service that a container belongs to. */
export function isAbout(
  { service, project, files }: ConfiguredService,
  labels: Pick<ComposeLabels, 'service' | 'project' | 'files'>,
): boolean {
  if (service !== labels.service) return false
  if (project !== null) return project === labels.project
  const [first] = files
  if (first === undefined) return true
  // Without a name Compose takes the folder's; a file may say another, but then the paths agree.
  return labels.files.map(originalOf).includes(first) || projectName(dirname(first)) === labels.project
}

/** As Compose derives it: lower case, without what a project name may not have. */
const projectName = (folder: string): string =>
  basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[_-]+/, '')
