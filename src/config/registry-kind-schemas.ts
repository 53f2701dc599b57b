import { z } from 'zod'
import { isObject } from './cross-checks.ts'
import { filePath, password, text } from './fields.ts'

const addressError = { error: 'must be an address such as https://gitlab.example.com, without user name, ? and #' }

/** Base address of a server's own API. */
const address = () =>
  text()
    .regex(/^https?:\/\/[a-z0-9[][^\s?#@]*$/, addressError)
    // Ports may be too large, and numbers no IP address.
    .refine(URL.canParse, addressError)

const keyPair = { error: 'needs accessKeyId and secretAccessKey, or neither', when: isObject }

export const ecrSchema = z
  .strictObject({
    region: text(60)
      .regex(/^[a-z0-9-]+$/, { error: 'must be a region such as eu-central-1' })
      .optional()
      .describe('Region of the registry. Without one: the one in its host.'),
    accessKeyId: text(200).optional().describe('Static key, with a secretAccessKey beside it.'),
    secretAccessKey: password().optional().describe('Best written as `${file:/run/secrets/x}`.'),
    sessionToken: password().optional().describe('Only for keys that end.'),
    profile: text(200).optional().describe('Profile of the AWS configuration files, in place of keys.'),
  })
  .refine((given) => (given.accessKeyId === undefined) === (given.secretAccessKey === undefined), keyPair)
  .refine((given) => given.profile === undefined || given.accessKeyId === undefined, {
    error: 'needs a profile or keys, not both',
    when: isObject,
  })
  .describe('Amazon ECR alone. Without keys and profile, credentials are found as every AWS program finds them.')

export const garSchema = z
  .strictObject({
    serviceAccountFile: filePath()
      .optional()
      .describe('Key of a service account, or file of a workload identity. Without one: the application default.'),
    projectId: text(100).optional().describe('Passed on to the library of Google; nothing here depends on it.'),
  })
  .describe('Google Artifact Registry and gcr.io alone.')

const path = () => text(255).regex(/^[\w.-]+(\/[\w.-]+)*$/, { error: 'must be a name or a path such as team/backend' })

const gitlabImage = z.strictObject({
  name: path().optional().describe('Image below the project. Without one: that of the project itself.'),
  tag: text(128).optional().describe('Tag that is followed. Without one: whichever a workload names.'),
})

const gitlabProject = z
  .strictObject({
    user: path().optional().describe('User whose project it is; or `group` in place of it.'),
    group: path().optional().describe('Group, with those that it is in: `team/backend`.'),
    project: path().describe('Project, as its address spells it.'),
    apiToken: password().optional().describe('Token for this project alone, with read_registry and read_api.'),
    images: z
      .array(gitlabImage)
      .min(1, { error: 'needs at least one image' })
      .max(1000, { error: 'must have at most 1000 entries' })
      .prefault([{}])
      .describe('Its images.'),
  })
  .refine((given) => (given.user === undefined) !== (given.group === undefined), {
    error: 'needs one of user and group',
    when: isObject,
  })

export const gitlabSchema = z
  .strictObject({
    url: address().optional().describe('Address of the instance. Without one: `https://gitlab.com`.'),
    token: password().optional().describe('Token with read_api, for push times. Without one: the password.'),
    projects: z
      .array(gitlabProject)
      .max(1000, { error: 'must have at most 1000 entries' })
      .prefault([])
      .describe('Images by their projects. What runs one of them is watched, without a rule or a label.'),
  })
  .describe('The registry of a GitLab instance alone.')

export const harborSchema = z
  .strictObject({
    url: address().optional().describe('Address of its API, where that is not at the host of its images.'),
  })
  .describe('Harbor alone.')

/** How docker-auto-updater wrote it; its users need not learn another way. */
export const registryConfigSchema = z
  .strictObject({
    region: ecrSchema.shape.region,
    aws_access_key_id: text(200).optional().describe('As `ecr.accessKeyId`.'),
    aws_secret_access_key: password().optional().describe('As `ecr.secretAccessKey`.'),
    aws_session_token: password().optional().describe('As `ecr.sessionToken`.'),
    project_id: text(100).optional().describe('As `gar.projectId`.'),
    service_account_path: filePath().optional().describe('As `gar.serviceAccountFile`.'),
    username: text().optional().describe('As `username`.'),
    password: password().optional().describe('As `password`.'),
  })
  .refine((given) => (given.aws_access_key_id === undefined) === (given.aws_secret_access_key === undefined), {
    error: 'needs aws_access_key_id and aws_secret_access_key, or neither',
    when: isObject,
  })
  .describe('As docker-auto-updater has it, in place of `ecr`, `gar`, `username` and `password`.')
