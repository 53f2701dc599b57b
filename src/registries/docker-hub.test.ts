import { afterEach, describe, expect, test } from 'vitest'
import { createFakeTiming, credentialsOf } from '../../test/fakes/oci-client.ts'
import { startFakeRegistry } from '../../test/fakes/registry.ts'
import type { FakeRegistry } from '../../test/fakes/registry.ts'
import { hubDialect, tooOften } from '../../test/fakes/vendors/docker-hub.ts'
import type { HubOptions } from '../../test/fakes/vendors/docker-hub.ts'
import { createOciClient } from '../clients/oci/client.ts'
import type { OciClient } from '../clients/oci/client.ts'
import type { CredentialSource } from '../clients/oci/credentials/credentials.ts'
import { isDigest } from '../image/digest.ts'
import { createDockerHub, servesDockerHub } from './docker-hub.ts'
import type { Registry, TagDetail, Urgency } from './registry.ts'

const signal = new AbortController().signal
const user = { username: 'longshore', password: 'dckr_pat_let-me-in' }
const nothing: ReadonlyMap<string, TagDetail> = new Map()

let close: () => Promise<void> = async () => {}
afterEach(() => close())

async function open(
  options: Partial<HubOptions> = {},
  asStranger = false,
): Promise<{ hub: FakeRegistry; registry: Registry; client: OciClient; timing: ReturnType<typeof createFakeTiming> }> {
  const auth = { kind: 'token', ...(asStranger ? {} : user) } as const
  const hub = await startFakeRegistry({ auth, dialect: hubDialect({ ...user, ...options }) })
  const own = credentialsOf(user.username, user.password)
  const credentials: CredentialSource = async (repository, stop) =>
    asStranger || repository.repository.startsWith('public/') ? null : own(repository, stop)
  const timing = createFakeTiming()
  const client = createOciClient({ credentials, timing })
  const clock = { now: timing.wallNow, elapsed: timing.now }
  const registry = createDockerHub({ client, credentials, clock, hubUrl: hub.url, pullHost: hub.host })
  close = async () => {
    registry.close()
    await hub.close()
  }
  return { hub, registry, client, timing }
}

const pages = (hub: FakeRegistry): readonly string[] =>
  hub.requests.filter(({ path }) => path.includes('/tags?')).map(({ path }) => path)

const namesOf = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `1.0.${index}`)

async function pushAll(hub: FakeRegistry, tags: readonly string[]): Promise<void> {
  const digest = hub.pushImage('team/app', tags[0] ?? '', 'one')
  for (const tag of tags) hub.tag('team/app', tag, digest)
}

describe('push times', () => {
  const repository = { registry: 'docker.io', repository: 'team/app' }
  const tell = (registry: Registry, tags: readonly string[], known = nothing) =>
    registry.describeTags?.(repository, { tags, known }, signal)

  test('are those of the tag, with its digest, in pages of a hundred', async () => {
    const { hub, registry } = await open()
    const digest = hub.pushIndex('team/app', '1.0', 'one')

    const found = await tell(registry, ['1.0'])

    expect(found).toEqual([
      { tag: '1.0', digest, pushedAt: expect.any(Number), source: 'hub-api', confidence: 'exact' },
    ])
    expect(pages(hub)).toEqual(['/v2/namespaces/team/repositories/app/tags?page_size=100&page=1&ordering=last_updated'])
  })

  test('of 250 tags take three pages at first, and one once they are known', async () => {
    const { hub, registry } = await open()
    const tags = namesOf(250)
    await pushAll(hub, tags)
    const first = await tell(registry, tags)
    expect(first).toHaveLength(250)
    expect(pages(hub)).toHaveLength(3)
    hub.forgetRequests()
    const moved = hub.pushImage('team/app', '1.0.7', 'two')

    const known = new Map((first ?? []).map((each) => [each.tag, each]))
    const again = await tell(registry, tags, known)

    expect(pages(hub)).toHaveLength(1)
    expect(again).toHaveLength(250)
    expect(again?.find(({ tag }) => tag === '1.0.7')).toMatchObject({ digest: moved })
  })

  test('are all read where the list is not ordered: then a known tag tells nothing of those behind it', async () => {
    const { hub, registry } = await open({ ignoresOrdering: true })
    const tags = namesOf(250)
    await pushAll(hub, tags)
    const first = (await tell(registry, tags)) ?? []
    hub.forgetRequests()
    const moved = hub.pushImage('team/app', '1.0.99', 'two')

    const again = await tell(registry, tags, new Map(first.map((each) => [each.tag, each])))

    expect(pages(hub)).toHaveLength(3)
    expect(again?.find(({ tag }) => tag === '1.0.99')).toMatchObject({ digest: moved })
  })

  test('are read on past a known tag that was updated without a push, which tells nothing of those behind it', async () => {
    const { hub, registry } = await open()
    const row = (name: string, pushed: string, updated = pushed) => ({
      name,
      digest: `sha256:${'a'.repeat(64)}`,
      tag_last_pushed: `2026-01-0${pushed}T00:00:00Z`,
      last_updated: `2026-01-0${updated}T00:00:00Z`,
    })
    const serve = (page: number, rows: readonly object[], next: string | null) =>
      hub.fault(
        { kind: 'other', path: `page=${page}&` },
        {
          kind: 'status',
          status: 200,
          body: JSON.stringify({ next, results: rows }),
        },
      )
    serve(1, [row('touched', '1')], 'https://hub.docker.com/?page=2')
    serve(2, [row('b', '1'), row('c', '1')], null)
    const tags = ['touched', 'b', 'c']
    const first = (await tell(registry, tags)) ?? []
    expect(first).toHaveLength(3)
    hub.clearFaults()
    serve(1, [row('touched', '1', '4')], 'https://hub.docker.com/?page=2')
    serve(2, [row('b', '3'), row('c', '1')], null)

    const again = await tell(registry, tags, new Map(first.map((each) => [each.tag, each])))

    expect(again?.find(({ tag }) => tag === 'b')).toMatchObject({ pushedAt: Date.parse('2026-01-03T00:00:00Z') })
  })

  test('go on to a wanted tag that was not known before', async () => {
    const { hub, registry } = await open()
    const tags = namesOf(250)
    await pushAll(hub, tags)
    const [newest] = (await tell(registry, ['1.0.249'])) ?? []
    const known = new Map(newest && [['1.0.249', newest]])

    const found = await tell(registry, ['1.0.249', '1.0.0'], known)

    expect(found?.map(({ tag }) => tag)).toEqual(['1.0.249', '1.0.0'])
  })

  test('are not asked of another image than the one that is meant', async () => {
    const { hub, registry } = await open()
    hub.pushImage('team/app', '1.0', 'one')

    const deep = { registry: 'docker.io', repository: 'team/app/web' }
    expect(await registry.describeTags?.(deep, { tags: ['1.0'], known: nothing }, signal)).toEqual([])
  })

  test('in the background stop while little is left of what its API grants, and a rollout is told them', async () => {
    const { hub, registry } = await open()
    hub.pushImage('team/app', '1.0', 'one')
    const low = { 'x-ratelimit-limit': '180', 'x-ratelimit-remaining': '9' }
    hub.fault({ path: '/tags?' }, { kind: 'headers', headers: low })
    const ask = (urgency: Urgency) =>
      registry.describeTags?.(repository, { tags: ['1.0'], known: nothing }, signal, urgency)
    await ask('background')

    await expect(ask('background')).rejects.toMatchObject({ code: 'REGISTRY_RATE_LIMITED' })
    await expect(ask('wanted')).resolves.toHaveLength(1)
  })

  test('are not asked for again with a password that Docker Hub just refused', async () => {
    const { hub, registry } = await open({ password: 'another' })
    hub.pushImage('team/app', '1.0', 'one')

    for (let round = 0; round < 3; round += 1) {
      await expect(tell(registry, ['1.0'])).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' })
    }
    expect(hub.requests.filter(({ path }) => path === '/v2/auth/token')).toHaveLength(1)
  })

  test('come without a digest where Docker Hub forgot it', async () => {
    const { hub, registry } = await open({ withoutDigest: new Set(['old']) })
    hub.pushImage('team/app', 'old', 'one')

    expect(await tell(registry, ['old'])).toMatchObject([{ tag: 'old', digest: null, confidence: 'exact' }])
  })

  test('are told to strangers without signing in', async () => {
    const { hub, registry } = await open({}, true)
    hub.pushImage('team/app', '1.0', 'one')

    expect(await tell(registry, ['1.0'])).toHaveLength(1)
    expect(hub.requests.map(({ path }) => path)).not.toContain('/v2/auth/token')
  })

  test('take one sign-in for eight minutes, and another one then', async () => {
    const { hub, registry, timing } = await open()
    hub.pushImage('team/app', '1.0', 'one')
    const signIns = (): number => hub.requests.filter(({ path }) => path === '/v2/auth/token').length

    await Promise.all([tell(registry, ['1.0']), tell(registry, ['1.0'])])
    timing.advance(479_000)
    await tell(registry, ['1.0'])
    expect(signIns()).toBe(1)
    timing.advance(1000)
    await tell(registry, ['1.0'])

    expect(signIns()).toBe(2)
  })

  test('are read on with another token where one was withdrawn, also by several at once', async () => {
    const tokens = new Set<string>()
    const { hub, registry } = await open({ tokens })
    hub.pushImage('team/app', '1.0', 'one')
    const signIns = (): number => hub.requests.filter(({ path }) => path === '/v2/auth/token').length
    await tell(registry, ['1.0'])
    tokens.clear()

    const found = await Promise.all([tell(registry, ['1.0']), tell(registry, ['1.0'])])

    expect(found).toMatchObject([[{ tag: '1.0' }], [{ tag: '1.0' }]])
    expect(signIns()).toBe(2)
    tokens.clear()
    await expect(tell(registry, ['1.0'])).resolves.toHaveLength(1)
  })

  test('are refused for good where another token is refused too: one sign-in tries it', async () => {
    const { hub, registry, timing } = await open()
    hub.pushImage('team/app', '1.0', 'one')
    hub.fault({ path: '/tags?' }, { kind: 'status', status: 401 })
    const signIns = (): number => hub.requests.filter(({ path }) => path === '/v2/auth/token').length

    for (let round = 0; round < 3; round += 1) {
      await expect(tell(registry, ['1.0'])).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' })
    }
    expect([signIns(), pages(hub).length]).toEqual([2, 2])
    timing.advance(480_000)
    await expect(tell(registry, ['1.0'])).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' })

    expect([signIns(), pages(hub).length]).toEqual([3, 3])
  })

  test.each([
    ['cut off', { kind: 'truncate' }, 'REGISTRY_INTEGRITY'],
    ['of another shape', { kind: 'status', status: 200, body: '{"results":"none"}' }, 'REGISTRY_INTEGRITY'],
    ['no JSON', { kind: 'status', status: 200, body: '<html>' }, 'REGISTRY_INTEGRITY'],
    ['a limit of its API', { kind: 'status', status: 429, headers: { 'x-retry-after': '1' } }, 'REGISTRY_RATE_LIMITED'],
    ['a fault', { kind: 'status', status: 503 }, 'REGISTRY_UNAVAILABLE'],
    ['a refusal', { kind: 'status', status: 403 }, 'REGISTRY_FORBIDDEN'],
  ] as const)('are an error and no part when a later page is %s', async (_what, fault, code) => {
    const { hub, registry } = await open()
    const tags = namesOf(150)
    await pushAll(hub, tags)
    hub.fault({ path: 'page=2' }, fault)

    await expect(tell(registry, tags)).rejects.toMatchObject({ code })
  })
})

describe('the budget of pulls', () => {
  const repositoryOf = (hub: FakeRegistry) => ({ registry: hub.host, repository: 'team/app' })

  test('is unknown before Docker Hub said anything, and where it says nothing', async () => {
    const { hub, registry } = await open()
    hub.pushImage('team/app', '1.0', 'one')
    expect(registry.pullBudget?.()).toBeNull()

    await registry.resolve(repositoryOf(hub), '1.0', null, signal)

    expect(registry.pullBudget?.()).toBeNull()
  })

  test('is learned from looking at tags, which costs nothing of it', async () => {
    const { hub, registry, timing } = await open({ pulls: { limit: 100, remaining: 76 } })
    hub.pushImage('team/app', '1.0', 'one')

    await registry.resolve(repositoryOf(hub), '1.0', null, signal)

    expect(registry.pullBudget?.()).toEqual({
      limit: 100,
      remaining: 76,
      windowMs: 21_600_000,
      observedAt: timing.wallNow(),
      countedFor: '198.51.100.7',
    })
  })

  test('that is almost spent stops no look at tags in the background, and no list of them', async () => {
    const { hub, registry } = await open({ pulls: { limit: 100, remaining: 5 } })
    const digest = hub.pushImage('team/app', '1.0', 'one')

    for (let round = 0; round < 3; round += 1) {
      const found = await registry.resolve(repositoryOf(hub), '1.0', null, signal, 'background')
      expect(found).toMatchObject({ digest })
      expect(await registry.listTags(repositoryOf(hub), signal, 'background')).toEqual(['1.0'])
    }
    expect(registry.pullBudget?.()).toMatchObject({ remaining: 5 })
  })

  test('of one account keeps nothing from another', async () => {
    const { hub, registry } = await open({ pulls: { limit: 100, remaining: 0 } })
    const digest = hub.pushImage('team/app', '1.0', 'one')
    if (!isDigest(digest)) throw new Error('the fake makes digests')
    await registry.resolve(repositoryOf(hub), '1.0', null, signal)
    const stranger = { ...repositoryOf(hub), repository: 'public/app' }
    hub.setAuth({ kind: 'token' })
    hub.pushImage('public/app', '1.0', 'one')

    await expect(registry.describe(repositoryOf(hub), digest, null, signal)).rejects.toThrow('too few')
    await expect(registry.describe(stranger, digest, null, signal)).resolves.toMatchObject({ digest })
  })

  test('keeps its last pulls for the engine, until its time is over', async () => {
    const { hub, registry, timing } = await open({ pulls: { limit: 100, remaining: 2 } })
    const digest = hub.pushImage('team/app', '1.0', 'one')
    if (!isDigest(digest)) throw new Error('the fake makes digests')
    await registry.resolve(repositoryOf(hub), '1.0', null, signal)

    const describing = () => registry.describe(repositoryOf(hub), digest, null, signal)

    await expect(describing()).rejects.toMatchObject({ code: 'REGISTRY_RATE_LIMITED', retryAfterMs: 900_000 })
    const byHand = registry.describe(repositoryOf(hub), digest, null, signal, 'by-hand')
    await expect(byHand).resolves.toMatchObject({ digest })
    timing.advance(21_600_001)
    await expect(describing()).resolves.toMatchObject({ digest })
  })
})

describe('a refusal with 429', () => {
  const repositoryOf = (hub: FakeRegistry, repository = 'team/app') => ({ registry: hub.host, repository })

  async function openSpent() {
    const opened = await open({ pulls: { limit: 100, remaining: 0 }, refusesPulls: true })
    const digest = opened.hub.pushImage('team/app', '1.0', 'one')
    if (!isDigest(digest)) throw new Error('the fake makes digests')
    const pull = (urgency?: Urgency) =>
      opened.registry.describe(repositoryOf(opened.hub), digest, null, signal, urgency)
    const look = () => opened.registry.resolve(repositoryOf(opened.hub), '1.0', null, signal, 'background')
    return { ...opened, digest, pull, look, gets: () => opened.hub.count('get') }
  }

  test('of a pull stops the pulls of that account alone, for a part of their window, and no look', async () => {
    const { hub, registry, client, digest, pull, look, gets, timing } = await openSpent()

    await expect(pull()).rejects.toMatchObject({
      code: 'REGISTRY_RATE_LIMITED',
      retryAfterMs: 900_000,
      message: expect.stringContaining('no pulls left'),
    })
    await expect(pull()).rejects.toMatchObject({ code: 'REGISTRY_RATE_LIMITED' })
    expect(gets()).toBe(1)
    for (let round = 0; round < 3; round += 1) await expect(look()).resolves.toMatchObject({ digest })
    expect(client.standing().lanes.filter(({ pausedForMs }) => pausedForMs > 0)).toEqual([])
    expect(client.pullsPausedForMs(repositoryOf(hub))).toBe(900_000)
    expect(registry.pullBudget?.()).toMatchObject({ remaining: 0, limit: 100 })

    timing.advance(900_000)
    expect(client.pullsPausedForMs(repositoryOf(hub))).toBe(0)
  })

  test('of a pull is over as soon as a look hears of pulls again', async () => {
    const pulls = { limit: 100, remaining: 0 }
    const { hub, registry, client } = await open({ pulls, refusesPulls: true })
    const digest = hub.pushImage('team/app', '1.0', 'one')
    if (!isDigest(digest)) throw new Error('the fake makes digests')
    await expect(registry.describe(repositoryOf(hub), digest, null, signal)).rejects.toThrow('no pulls left')

    pulls.remaining = 100
    await registry.resolve(repositoryOf(hub), '1.0', null, signal, 'background')

    expect(client.pullsPausedForMs(repositoryOf(hub))).toBe(0)
    await expect(registry.describe(repositoryOf(hub), digest, null, signal)).resolves.toMatchObject({ digest })
  })

  test('of anything at all, for asking too often, pauses the host for everybody and a minute', async () => {
    const { hub, registry, client, timing } = await open({ pulls: { limit: 100, remaining: 76 } })
    const digest = hub.pushImage('team/app', '1.0', 'one')
    hub.fault({ times: 1 }, tooOften)

    const look = () => registry.resolve(repositoryOf(hub), '1.0', null, signal, 'background')
    await expect(look()).rejects.toMatchObject({
      code: 'REGISTRY_RATE_LIMITED',
      retryAfterMs: 60_000,
      message: expect.not.stringContaining('pulls'),
    })
    const asked = hub.count()
    await expect(look()).rejects.toMatchObject({ code: 'REGISTRY_RATE_LIMITED' })
    await expect(registry.listTags(repositoryOf(hub, 'other/app'), signal)).rejects.toThrow('asked for a pause')
    expect(hub.count()).toBe(asked)
    expect(client.pullsPausedForMs(repositoryOf(hub, 'third/app'))).toBe(60_000)

    timing.advance(60_000)
    await expect(look()).resolves.toMatchObject({ digest })
  })
})

test.each([
  ['docker.io', true],
  ['docker.io.example.com', false],
  ['registry.example.com', false],
])('serves %s: %s', (host, expected) => {
  expect(servesDockerHub(host)).toBe(expected)
})
