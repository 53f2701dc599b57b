import { afterEach, describe, expect, test } from 'vitest'
import { credentialsOf } from '../../test/fakes/oci-client.ts'
import { startFakeRegistry } from '../../test/fakes/registry.ts'
import type { FakeRegistry } from '../../test/fakes/registry.ts'
import { harborDialect } from '../../test/fakes/vendors/harbor.ts'
import { createOciClient } from '../clients/oci/client.ts'
import { createHarbor } from './harbor.ts'
import type { Registry, Repository } from './registry.ts'

const signal = new AbortController().signal
const robot = { username: 'robot$team+longshore', password: 'let-me-in' }
const nothing = { known: new Map() }

let close: () => Promise<void> = async () => {}
afterEach(() => close())

async function open(
  hubCaches: readonly string[] = [],
  kind: 'token' | 'basic' = 'token',
): Promise<{ harbor: FakeRegistry; registry: Registry }> {
  const harbor = await startFakeRegistry({
    auth: kind === 'token' ? { kind, ...robot, realm: '/service/token' } : { kind, ...robot },
    dialect: harborDialect({ ...robot, hubCaches }),
  })
  const credentials = credentialsOf(robot.username, robot.password)
  const registry = createHarbor({ client: createOciClient({ credentials }), credentials, entries: [] })
  close = async () => {
    registry.close()
    await harbor.close()
  }
  return { harbor, registry }
}

const artifactPages = (harbor: FakeRegistry): readonly string[] =>
  harbor.requests.map(({ path }) => path).filter((path) => path.includes('/artifacts?'))

describe('push times', () => {
  test('are those of the tag: one that is put on an older image is newer than that', async () => {
    const { harbor, registry } = await open()
    const old = harbor.pushImage('team/app', '1.0', 'one')
    harbor.pushImage('team/app', '1.1', 'two')
    harbor.tag('team/app', 'stable', old)
    const repository = { registry: harbor.host, repository: 'team/app' }

    const found = await registry.describeTags?.(repository, { tags: ['1.0', '1.1', 'stable'], ...nothing }, signal)

    const newestFirst = found?.toSorted((one, other) => (other.pushedAt ?? 0) - (one.pushedAt ?? 0))
    expect(newestFirst?.map(({ tag }) => tag)).toEqual(['stable', '1.1', '1.0'])
    expect(newestFirst?.[0]).toMatchObject({ digest: old, source: 'harbor-api', confidence: 'exact' })
  })

  test('of a repository with a slash in its name take it encoded twice', async () => {
    const { harbor, registry } = await open()
    const digest = harbor.pushImage('team/web/front/app', '1.0', 'one')
    const repository = { registry: harbor.host, repository: 'team/web/front/app' }

    expect(await registry.describeTags?.(repository, { tags: ['1.0'], ...nothing }, signal)).toMatchObject([{ digest }])
    expect(artifactPages(harbor)[0]).toContain('/projects/team/repositories/web%252Ffront%252Fapp/artifacts?')
  })

  test('are read page by page until every wanted tag is there, and no further', async () => {
    const { harbor, registry } = await open()
    for (let index = 0; index < 230; index += 1) harbor.pushImage('team/app', `1.0.${index}`, `${index}`)
    const repository = { registry: harbor.host, repository: 'team/app' }
    const tell = (tags: readonly string[]) => registry.describeTags?.(repository, { tags, ...nothing }, signal)

    expect(await tell(['1.0.229'])).toHaveLength(1)
    expect(artifactPages(harbor)).toHaveLength(1)
    expect(await tell(['1.0.229', '1.0.0'])).toHaveLength(2)
    expect(artifactPages(harbor)).toHaveLength(1 + 3)
  })

  test('go on to the next page that the answer names, however few rows a page has, and not in a circle', async () => {
    const { harbor, registry } = await open()
    const page = (tags: readonly string[], next: string | null) => ({
      kind: 'status' as const,
      status: 200,
      body: JSON.stringify(
        tags.map((name) => ({ digest: 'none', tags: [{ name, push_time: '2026-01-01T00:00:00Z' }] })),
      ),
      headers: next === null ? {} : { link: `</elsewhere/artifacts?${next}>; rel="next"` },
    })
    harbor.fault({ kind: 'other', path: 'page=1&' }, page(['c'], 'page=2&page_size=1'))
    harbor.fault({ kind: 'other', path: 'page=2&' }, page(['b'], 'page=3&page_size=1'))
    harbor.fault({ kind: 'other', path: 'page=3&', times: 1 }, page(['a'], null))
    const repository = { registry: harbor.host, repository: 'team/app' }
    const tell = () => registry.describeTags?.(repository, { tags: ['a', 'c', 'gone'], ...nothing }, signal)

    expect(await tell()).toMatchObject([{ tag: 'a' }, { tag: 'c' }])
    harbor.fault({ kind: 'other', path: 'page=3&' }, page(['a'], 'page=2&page_size=1'))
    await expect(tell()).rejects.toMatchObject({ code: 'REGISTRY_INTEGRITY' })
  })
})

describe('a proxy cache of Docker Hub', () => {
  test('is asked below library/ for what it sends on there, and from then on at once', async () => {
    const { harbor, registry } = await open(['hub'])
    const digest = harbor.pushImage('hub/library/nginx', '1.27', 'one')
    const repository = { registry: harbor.host, repository: 'hub/nginx' }

    await expect(registry.resolve(repository, '1.27', null, signal)).resolves.toMatchObject({ digest })
    harbor.forgetRequests()
    await expect(registry.listTags(repository, signal)).resolves.toEqual(['1.27'])

    expect(harbor.requests.filter(({ kind }) => kind === 'tags').map(({ path }) => path)).toEqual([
      expect.stringMatching(/^\/v2\/hub\/library\/nginx\/tags/),
    ])
  })

  test.each<[string, (registry: Registry, repository: Repository) => Promise<unknown> | undefined]>([
    ['list', (registry, repository) => registry.listTags(repository, signal)],
    [
      'push times',
      (registry, repository) => registry.describeTags?.(repository, { tags: ['1.27'], ...nothing }, signal),
    ],
  ])('tells of its %s also when that is asked for first, whatever its tokens are for', async (_what, ask) => {
    for (const kind of ['token', 'basic'] as const) {
      const { harbor, registry } = await open(['hub'], kind)
      harbor.pushImage('hub/library/nginx', '1.27', 'one')
      harbor.tag('hub/library/nginx', 'latest', harbor.pushImage('hub/library/nginx', '1.28', 'two'))

      const told = await ask(registry, { registry: harbor.host, repository: 'hub/nginx' })

      expect(JSON.stringify(told)).toContain('"1.27"')
      await close()
    }
  })

  test('tells of what is in neither place as of what was asked for', async () => {
    const { harbor, registry } = await open()
    const missing = registry.resolve({ registry: harbor.host, repository: 'hub/none' }, '1', null, signal)

    await expect(missing).rejects.toMatchObject({
      code: 'REGISTRY_REPOSITORY_UNKNOWN',
      message: expect.stringContaining('/hub/none:1'),
    })
  })
})

describe('a repository beside one of the same name below library/', () => {
  const openBoth = async () => {
    const { harbor, registry } = await open()
    const digests = {
      first: harbor.pushImage('team/app', '1.0', 'ours'),
      second: harbor.pushImage('team/app', '2.0', 'ours too'),
      other: harbor.pushImage('team/library/app', '1.0', 'of somebody else'),
    }
    harbor.pushImage('team/library/app', '3.0', 'of somebody else, too')
    const repository = { registry: harbor.host, repository: 'team/app' }
    const resolve = (tag: string) => registry.resolve(repository, tag, null, signal)
    const list = () => registry.listTags(repository, signal)
    const tell = (tags: readonly string[]) => registry.describeTags?.(repository, { tags, ...nothing }, signal)
    return { harbor, digests, resolve, list, tell }
  }

  test('that loses a tag has lost it, and answers for the others as before', async () => {
    const { harbor, digests, resolve, list, tell } = await openBoth()
    expect(await resolve('1.0')).toMatchObject({ digest: digests.first })
    harbor.remove('team/app', '1.0')

    await expect(resolve('1.0')).rejects.toMatchObject({ code: 'REGISTRY_NOT_FOUND' })
    await expect(resolve('3.0')).rejects.toMatchObject({ code: 'REGISTRY_NOT_FOUND' })

    expect(await resolve('2.0')).toMatchObject({ digest: digests.second })
    expect(await list()).toEqual(['2.0'])
    expect(await tell(['1.0', '2.0'])).toMatchObject([{ tag: '2.0', digest: digests.second }])
  })

  test.each([404, 403, 401])('that is refused with %i is not the other one', async (status) => {
    const { harbor, resolve, list, tell } = await openBoth()
    harbor.fault({ path: /team\/app|repositories\/app/ }, { kind: 'status', status, body: '{}' })

    for (const ask of [() => resolve('1.0'), list, () => tell(['1.0'])]) await expect(ask()).rejects.toThrow()

    expect(harbor.requests.filter(({ path }) => /library/.test(path))).toEqual([])
  })
})

test("an image that a policy of the project forbids is told in Harbor's own words, which a HEAD does not have", async () => {
  const { harbor, registry } = await open()
  harbor.pushImage('team/app', '1.0', 'one')
  const message = 'current image with 3 vulnerabilities cannot be pulled due to configured policy'
  const body = JSON.stringify({ errors: [{ code: 'PROJECTPOLICYVIOLATION', message }] })
  harbor.fault({ path: '/manifests/' }, { kind: 'status', status: 412, body })

  const resolving = registry.resolve({ registry: harbor.host, repository: 'team/app' }, '1.0', null, signal)

  await expect(resolving).rejects.toMatchObject({
    code: 'REGISTRY_BLOCKED',
    message: expect.stringContaining(message),
  })
})

test('a robot signs in with its whole name, the dollar sign included', async () => {
  const { harbor, registry } = await open()
  harbor.pushImage('team/app', '1.0', 'one')

  await registry.resolve({ registry: harbor.host, repository: 'team/app' }, '1.0', null, signal)

  const signIn = harbor.requests.find(({ path }) => path.startsWith('/service/token'))
  const basic = Buffer.from('robot$team+longshore:let-me-in').toString('base64')
  expect(signIn?.headers.authorization).toBe(`Basic ${basic}`)
})

test('an identity token goes to no API as a password', async () => {
  const harbor = await startFakeRegistry({ dialect: harborDialect(robot) })
  const credentials = credentialsOf('<token>', 'refresh-token')
  const registry = createHarbor({ client: createOciClient({ credentials }), credentials, entries: [] })
  close = async () => {
    registry.close()
    await harbor.close()
  }

  const asked = registry.describeTags?.(
    { registry: harbor.host, repository: 'team/app' },
    { tags: ['1'], ...nothing },
    signal,
  )

  await expect(asked).rejects.toMatchObject({
    code: 'CREDENTIALS_INVALID',
    message: expect.stringContaining('push times'),
  })
  expect(harbor.count()).toBe(0)
})
