import { z } from 'zod'
import { filePath, flag, text } from './fields.ts'

const list = (many: number) => z.array(filePath()).max(many, { error: `must have at most ${many} entries` })

/** What is said of one Compose service, where the labels of its containers do not say enough. */
export const composeServiceSchema = z.strictObject({
  service: text(200).describe('Name of the service in the file.'),
  project: text(200)
    .regex(/^[a-z0-9][a-z0-9_-]*$/, { error: 'must be a project name: a to z, 0 to 9, - and _' })
    .optional()
    .describe('Name of the project, as `docker compose ls` shows it. Without one: the project made from these files.'),
  files: list(50)
    .prefault([])
    .describe('Compose files in the order of `-f`. Without any: those that its containers were brought up from.'),
  envFiles: list(50).prefault([]).describe('Env files in the order of `--env-file`, in place of `.env`.'),
  profiles: z
    .array(text(200))
    .max(50, { error: 'must have at most 50 entries' })
    .prefault([])
    .describe('As `--profile`.'),
  projectDirectory: filePath().optional().describe('As `--project-directory`.'),
})

/** What holds for all Compose services. */
export const composeSchema = z.strictObject({
  roots: list(100)
    .prefault([])
    .describe(
      'Folders that files of services may lie in, and what Compose reads for them (`env_file`, secrets, configs), symbolic links resolved. Without any: the folder of each project, and those of the files that it was brought up from.',
    ),
  allowRemote: flag()
    .prefault(false)
    .describe('Allow `include` and `extends` of files on other machines (`https://`, `git@`, `oci://`).'),
})
