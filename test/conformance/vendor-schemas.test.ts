import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { startFakeRegistry } from '../fakes/registry.ts'
import type { FakeRegistry } from '../fakes/registry.ts'
import type { Dialect } from '../fakes/registry/dialect.ts'
import { hubDialect } from '../fakes/vendors/docker-hub.ts'
import { garDialect } from '../fakes/vendors/gar.ts'
import { gitlabDialect } from '../fakes/vendors/gitlab.ts'
import { harborDialect } from '../fakes/vendors/harbor.ts'

// What the vendors publish of their answers, field by field: a field that the fake made up would not pass. Amazon's need
// none, for its own SDK reads what the fake sends.

const count = z.int().nonnegative()
const time = z.iso.datetime({ offset: true })
const sha256 = z.string().regex(/^sha256:[0-9a-f]{64}$/)

/** Docker Hub API 2-beta, schemas `page` and `tag`; `digest` is not among them, yet the real one sends it. */
const hubPage = z.strictObject({
  count,
  next: z.url().nullable(),
  previous: z.url().nullable(),
  results: z.array(
    z
      .strictObject({
        id: z.int(),
        images: z.array(z.unknown()),
        creator: z.int(),
        last_updated: time.nullable(),
        last_updater: z.int(),
        last_updater_username: z.string(),
        name: z.string(),
        repository: z.int(),
        full_size: count,
        v2: z.string(),
        status: z.enum(['active', 'inactive']),
        tag_last_pulled: time.nullable(),
        tag_last_pushed: time.nullable(),
        digest: sha256.nullable(),
      })
      .partial(),
  ),
})

/** Harbor API v2.0, definitions `Artifact` and `Tag`. */
const harborArtifacts = z.array(
  z
    .strictObject({
      id: z.int(),
      type: z.string(),
      media_type: z.string(),
      manifest_media_type: z.string(),
      artifact_type: z.string(),
      project_id: z.int(),
      repository_id: z.int(),
      repository_name: z.string(),
      digest: sha256,
      size: count,
      icon: z.string(),
      push_time: time,
      pull_time: time,
      tags: z
        .array(
          z
            .strictObject({
              id: z.int(),
              repository_id: z.int(),
              artifact_id: z.int(),
              name: z.string(),
              push_time: time,
              pull_time: time,
              immutable: z.boolean(),
            })
            .partial(),
        )
        .nullable(),
    })
    .partial(),
)

/** GitLab, "Container registry API": the examples of each endpoint. */
const gitlabRepositories = z.array(
  z.strictObject({
    id: z.int(),
    name: z.string(),
    path: z.string(),
    project_id: z.int(),
    location: z.string(),
    created_at: time,
  }),
)
const gitlabTag = z.strictObject({
  name: z.string(),
  path: z.string(),
  location: z.string(),
  revision: z.string().regex(/^[0-9a-f]{64}$/),
  short_revision: z.string().length(9),
  digest: sha256,
  created_at: time,
  total_size: count,
})
/** GitLab, "Projects API", as far as the fake shows one. */
const gitlabProject = z.strictObject({
  id: z.int(),
  path_with_namespace: z.string(),
  container_registry_image_prefix: z.string(),
})

/** Google publishes none of its list; these are the fields that go-containerregistry reads. */
const garList = z.strictObject({
  child: z.array(z.string()),
  name: z.string(),
  tags: z.array(z.string()),
  manifest: z.record(
    sha256,
    z.strictObject({
      imageSizeBytes: z.string().regex(/^\d+$/),
      layerId: z.string(),
      mediaType: z.string(),
      tag: z.array(z.string()),
      timeCreatedMs: z.string().regex(/^\d+$/),
      timeUploadedMs: z.string().regex(/^\d+$/),
    }),
  ),
})

let fake: FakeRegistry
afterEach(() => fake.close())

const user = { username: 'me', password: 'let-me-in' }
const basic = { authorization: `Basic ${Buffer.from('me:let-me-in').toString('base64')}` }
const token = { 'private-token': 'let-me-in' }
const projects = ['team/app']
const repositories = '/api/v4/projects/team%2Fapp/registry/repositories'

test.each<[string, Dialect, string, Record<string, string>, z.ZodType]>([
  ['tags of Docker Hub', hubDialect(user), '/v2/namespaces/team/repositories/app/tags?page_size=2', {}, hubPage],
  [
    'artifacts of Harbor',
    harborDialect(user),
    '/api/v2.0/projects/team/repositories/app/artifacts?with_tag=true',
    basic,
    harborArtifacts,
  ],
  ['repositories of GitLab', gitlabDialect({ token: 'let-me-in', projects }), repositories, token, gitlabRepositories],
  ['a tag of GitLab', gitlabDialect({ token: 'let-me-in', projects }), `${repositories}/1/tags/1.0`, token, gitlabTag],
  [
    'a project of GitLab',
    gitlabDialect({ token: 'let-me-in', projects }),
    '/api/v4/projects/team%2Fapp',
    token,
    gitlabProject,
  ],
  ['the tag list of Google', garDialect({ accessToken: 'ya29' }), '/v2/team/app/tags/list?n=10000', {}, garList],
])('the fake answers with %s as they are published', async (_what, dialect, path, headers, schema) => {
  fake = await startFakeRegistry({ dialect })
  for (const tag of ['1.0', '1.1', '1.2']) fake.pushIndex('team/app', tag, tag)

  const response = await fetch(`${fake.url}${path}`, { headers })

  expect(response.status).toBe(200)
  expect(schema.safeParse(await response.json())).toMatchObject({ success: true })
})
