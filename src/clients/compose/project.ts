/** What makes a set of services: the same values that a person gives to `docker compose`. All paths are absolute. */
export interface ComposeProject {
  /** At least one; later ones are merged over earlier ones. */
  readonly files: readonly string[]
  /** Relative paths in the files and the `.env` file are looked up here. */
  readonly projectDirectory: string
  /** The project's name, as in the label `com.docker.compose.project`. */
  readonly project: string
  /** Replace the `.env` file of the project directory; empty leaves that one in force. */
  readonly envFiles: readonly string[]
  readonly profiles: readonly string[]
}

/** The arguments before the command's name that choose this project. */
export function projectArguments(project: ComposeProject): readonly string[] {
  return [
    ...project.files.flatMap((file) => ['--file', file]),
    '--project-directory',
    project.projectDirectory,
    '--project-name',
    project.project,
    ...project.envFiles.flatMap((file) => ['--env-file', file]),
    ...project.profiles.flatMap((profile) => ['--profile', profile]),
  ]
}
