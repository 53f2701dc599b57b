import { afterEach, describe, expect, test } from 'vitest'
import { createFakeTiming, credentialsOf } from '../../test/fakes/oci-client.ts'
import type { FakeTiming } from '../../test/fakes/oci-client.ts'
import { startFakeRegistry } from '../../test/fakes/registry.ts'
import type { FakeRegistry } from '../../test/fakes/registry.ts'
import { gitlabDialect } from '../../test/fakes/vendors/gitlab.ts'
import type { GitlabOptions } from '../../test/fakes/vendors/gitlab.ts'
import { readRegistryHost } from '../clients/gitlab/container-registry.ts'
import { createOciClient } from '../clients/oci/client.ts'
import { secret } from '../lib/secret.ts'
import { createGitlab } from './gitlab.ts'
import type { GitlabEntry } from './gitlab.ts'
import type { Registry, TagDetail } from './registry.ts'

const signal = new AbortController().signal
const token = 'glpat-let-me-in'
const projects = ['team/app', 'team/backend/deep/api']

let close: () => Promise<void> = async () => {}
afterEach(() => close())

interface Opened {
  readonly hub: FakeRegistry
  readonly registry: Registry
  readonly timing: FakeTiming
  tell(
    repository: string,
    tags: readonly string[],
    known?: ReadonlyMap<string, TagDetail>,
  ): Promise<readonly TagDetail[]>
}

async function open(
  login: { username: string; password: string } | null = { username: 'me', password: token },
  entry: Partial<GitlabEntry> = {},
  options: Partial<GitlabOptions> = {},
): Promise<Opened> {
  const hub = await startFakeRegistry({ dialect: gitlabDialect({ token, projects, ...options }) })
  const credentials = login ? credentialsOf(login.username, login.password) : async () => null
  const client = createOciClient({ credentials })
  const entries = [{ host: hub.host, path: null, gitlab: { url: hub.url, token: null }, ...entry }]
  const timing = createFakeTiming()
  const registry = createGitlab({
    client,
    credentials,
    configured: credentials,
    entries,
    clock: { elapsed: timing.now },
  })
  close = async () => {
    registry.close()
    await hub.close()
  }
  const tell: Opened['tell'] = async (repository, tags, known = new Map()) =>
    (await registry.describeTags?.({ registry: hub.host, repository }, { tags, known }, signal)) ?? []
  return { hub, registry, tell, timing }
}

const asked = (hub: FakeRegistry): readonly string[] =>
  hub.requests.map(({ path }) => path).filter((path) => path.startsWith('/api/'))

describe('push times', () => {
  test('cost one call for each tag that is not known, and none for the others', async () => {
    const { hub, tell } = await open()
    for (const tag of ['1.0', '1.1']) hub.pushImage('team/app', tag, tag)
    const first = await tell('team/app', ['1.0', '1.1'])
    expect(first).toMatchObject([
      { tag: '1.0', source: 'gitlab-api', confidence: 'created', pushedAt: expect.any(Number) },
      { tag: '1.1' },
    ])
    const digest = hub.pushImage('team/app', '1.2', '1.2')
    hub.forgetRequests()

    const again = await tell('team/app', ['1.0', '1.1', '1.2'], new Map(first.map((each) => [each.tag, each])))

    expect(asked(hub)).toEqual(['/api/v4/projects/team%2Fapp/registry/repositories/1/tags/1.2'])
    expect(again).toHaveLength(3)
    expect(again.at(-1)).toMatchObject({ tag: '1.2', digest })
  })

  test('ask nothing at all while every tag is known', async () => {
    const { hub, tell } = await open()
    hub.pushImage('team/app', '1.0', 'one')
    const first = await tell('team/app', ['1.0'])
    hub.forgetRequests()

    expect(await tell('team/app', ['1.0'], new Map(first.map((each) => [each.tag, each])))).toEqual(first)
    expect(asked(hub)).toEqual([])
  })

  test.each([
    ['of the project itself', 'team/app', 'team/app'],
    ['one of several images of a project', 'team/app/web', 'team/app'],
    ['two names below its project', 'team/app/web/slim', 'team/app'],
    ['of a project in subgroups', 'team/backend/deep/api', 'team/backend/deep/api'],
    ['below a project in subgroups', 'team/backend/deep/api/worker', 'team/backend/deep/api'],
  ])('are found of an image %s', async (_what, repository, project) => {
    const { hub, tell } = await open()
    hub.pushImage('team/app/other', '1.0', 'another one')
    const digest = hub.pushImage(repository, '1.0', 'one')

    expect(await tell(repository, ['1.0'])).toMatchObject([{ tag: '1.0', digest }])
    expect(asked(hub).at(-1)).toContain(`/projects/${encodeURIComponent(project)}/registry/repositories/`)
  })

  test('leave out a tag that a cleanup policy took meanwhile', async () => {
    const { hub, tell } = await open()
    hub.pushImage('team/app', '1.0', 'one')

    expect(await tell('team/app', ['gone', '1.0'])).toMatchObject([{ tag: '1.0' }])
  })

  test.each(['404 page not found', '{"message":"no Route matched with those values"}', '<h1>404 Not Found</h1>'])(
    'are not told without a tag that somebody else does not find: %s',
    async (body) => {
      const { hub, tell } = await open()
      for (const tag of ['1.0', '1.1']) hub.pushImage('team/app', tag, tag)
      hub.fault({ path: '/tags/1.1' }, { kind: 'status', status: 404, body })

      await expect(tell('team/app', ['1.0', '1.1'])).rejects.toMatchObject({ code: 'REGISTRY_NOT_FOUND' })
    },
  )
})

describe('signing in to the API', () => {
  test.each([
    ['the password of the registry', { username: 'me', password: token }, {}, { 'private-token': token }],
    [
      'a token of its own before that',
      { username: 'me', password: 'for-the-registry-alone' },
      { own: token },
      { 'private-token': token },
    ],
    [
      'a job token in its own header',
      { username: 'gitlab-ci-token', password: 'job-token' },
      {},
      { 'job-token': 'job-token' },
    ],
  ] as const)('is by %s', async (_what, login, { own }: { own?: string }, headers) => {
    const { hub, registry } = await open(login, {}, { jobToken: 'job-token' })
    hub.pushImage('team/app', '1.0', 'one')
    const entries = [
      { host: hub.host, path: null, gitlab: { url: hub.url, token: own === undefined ? null : secret(own) } },
    ]
    const credentials = credentialsOf(login.username, login.password)
    const client = createOciClient({ credentials })
    const asking =
      own === undefined ? registry : createGitlab({ client, credentials, configured: credentials, entries })

    const wanted = { tags: ['1.0'], known: new Map() }
    await asking.describeTags?.({ registry: hub.host, repository: 'team/app' }, wanted, signal)
    client.close()

    expect(hub.requests.at(-1)?.headers).toMatchObject(headers)
  })

  test('is not tried with a deploy token, which is for the registry alone: nothing is told', async () => {
    const { hub, tell } = await open({ username: 'gitlab+deploy-token-7', password: 'deploy-token' })
    hub.pushImage('team/app', '1.0', 'one')

    expect(await tell('team/app', ['1.0'])).toEqual([])
    expect(asked(hub)).toEqual([])
  })

  test.each([
    ['a wrong token', { username: 'me', password: 'glpat-expired' }, 'REGISTRY_UNAUTHORIZED', /401/],
    ['nobody, of what is private', null, 'REGISTRY_NOT_FOUND', /read_api/],
  ] as const)('as %s is told as such', async (_what, login, code, message) => {
    const { hub, tell } = await open(login)
    hub.pushImage('team/app', '1.0', 'one')

    await expect(tell('team/app', ['1.0'])).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
  })
})

test('an instance tells the host of its registry', async () => {
  const { hub } = await open({ username: 'me', password: token }, {}, { registryHost: 'gitlab.example.com:5050' })
  const client = createOciClient({ credentials: async () => null })
  const caller = { call: client.callApi, url: hub.url, headers: { 'private-token': token } }

  await expect(readRegistryHost(caller, 'team/app', signal)).resolves.toBe('gitlab.example.com:5050')
  await expect(readRegistryHost(caller, 'team/none', signal)).rejects.toMatchObject({ code: 'REGISTRY_NOT_FOUND' })
  client.close()
})

test('a password is sent to no instance that nobody named', async () => {
  const { hub, tell } = await open({ username: 'me', password: token }, { gitlab: null })
  hub.pushImage('team/app', '1.0', 'one')

  expect(await tell('team/app', ['1.0'])).toEqual([])
  expect(hub.requests).toEqual([])
})

test('the instance that named its registry itself is not sent what only the file of Docker has for that host', async () => {
  const hub = await startFakeRegistry({ dialect: gitlabDialect({ token, projects }) })
  const credentials = credentialsOf('me', token)
  const entries = [{ host: hub.host, hostFrom: 'instance', path: null, gitlab: { url: hub.url, token: null } } as const]
  const client = createOciClient({ credentials })
  const registry = createGitlab({ client, credentials, configured: async () => null, entries })
  close = async () => {
    registry.close()
    await hub.close()
  }
  hub.pushImage('team/app', '1.0', 'one')

  const wanted = { tags: ['1.0'], known: new Map<string, TagDetail>() }
  const asking = registry.describeTags?.({ registry: hub.host, repository: 'team/app' }, wanted, signal)

  await expect(asking).rejects.toMatchObject({ code: 'REGISTRY_NOT_FOUND' })
  expect(hub.requests.flatMap(({ headers }) => headers['private-token'] ?? [])).toEqual([])
})

test('a path without settings of its own is of the instance of its host', async () => {
  const hub = await startFakeRegistry({ dialect: gitlabDialect({ token, projects }) })
  const credentials = credentialsOf('me', token)
  const client = createOciClient({ credentials })
  const instance = { host: hub.host, path: null, gitlab: { url: hub.url, token: null } }
  const entries = [instance, { host: hub.host, path: 'team', gitlab: null }]
  const registry = createGitlab({ client, credentials, configured: credentials, entries })
  close = async () => {
    registry.close()
    await hub.close()
  }
  hub.pushImage('team/app', '1.0', 'one')

  const wanted = { tags: ['1.0'], known: new Map<string, TagDetail>() }
  const found = await registry.describeTags?.({ registry: hub.host, repository: 'team/app' }, wanted, signal)
  expect(found).toHaveLength(1)
})

test('a token that the API refuses is tried once, and then left alone', async () => {
  const { hub, tell } = await open({ username: 'me', password: 'expired' })
  hub.pushImage('team/app', '1.0', 'one')

  for (let round = 0; round < 3; round += 1) {
    await expect(tell('team/app', ['1.0'])).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' })
  }
  expect(asked(hub)).toHaveLength(1)
})

test('an answer that fails on the way begins where it failed, and is never a part', async () => {
  const { hub, tell } = await open()
  const tags = Array.from({ length: 100 }, (_, index) => `1.${index}`)
  for (const tag of tags) hub.pushImage('team/app', tag, tag)
  const off = hub.fault({ path: '/tags/1.70' }, { kind: 'status', status: 403 })
  await expect(tell('team/app', tags)).rejects.toMatchObject({ code: 'REGISTRY_FORBIDDEN' })
  off()
  hub.forgetRequests()

  expect(await tell('team/app', tags)).toHaveLength(100)
  expect(asked(hub).filter((path) => path.endsWith('/tags/1.5'))).toEqual([])
})

test('what was told before an answer failed is asked for again half an hour later: tags move meanwhile', async () => {
  const { hub, tell, timing } = await open()
  for (const tag of ['1.0', '1.1']) hub.pushImage('team/app', tag, tag)
  const all = Array.from({ length: 32 }, () => '1.0').concat('1.1')
  const off = hub.fault({ path: '/tags/1.1' }, { kind: 'status', status: 403 })
  await expect(tell('team/app', all)).rejects.toMatchObject({ code: 'REGISTRY_FORBIDDEN' })
  off()
  const digest = hub.pushImage('team/app', '1.0', 'another')
  timing.advance(30 * 60_000)

  expect(await tell('team/app', ['1.0', '1.1'])).toMatchObject([{ tag: '1.0', digest }, { tag: '1.1' }])
})

test('a repository that was made anew, under another number, is looked for again', async () => {
  const { hub, tell } = await open()
  hub.pushImage('team/app', '1.0', 'one')
  expect(await tell('team/app', ['1.0'])).toHaveLength(1)
  const list = JSON.stringify([{ id: 9, path: 'team/app' }])
  const tag = JSON.stringify({ digest: null, created_at: '2026-01-01T00:00:00Z' })
  const none = JSON.stringify({ message: '404 Repository Not Found' })
  hub.fault({ path: '/registry/repositories/1/tags' }, { kind: 'status', status: 404, body: none })
  hub.fault({ path: '/registry/repositories?' }, { kind: 'status', status: 200, body: list })
  hub.fault({ path: '/registry/repositories/9/tags/1.0' }, { kind: 'status', status: 200, body: tag })
  hub.forgetRequests()

  expect(await tell('team/app', ['1.0'])).toMatchObject([{ tag: '1.0', pushedAt: Date.parse('2026-01-01T00:00:00Z') }])
  expect(await tell('team/app', ['1.0'])).toHaveLength(1)
  expect(asked(hub).filter((path) => path.includes('?'))).toHaveLength(1)
})

test('an identity token goes to no API as a token of its own', async () => {
  const { hub, tell } = await open({ username: '<token>', password: 'refresh-token' })
  hub.pushImage('team/app', '1.0', 'one')

  await expect(tell('team/app', ['1.0'])).rejects.toMatchObject({
    code: 'CREDENTIALS_INVALID',
    message: expect.stringContaining('push times'),
  })

  expect(hub.count()).toBe(0)
})
