import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createFakeTiming, credentialsOf } from '../../test/fakes/oci-client.ts'
import type { FakeTiming } from '../../test/fakes/oci-client.ts'
import { startFakeRegistry } from '../../test/fakes/registry.ts'
import type { FakeRegistry } from '../../test/fakes/registry.ts'
import { ecrDialect } from '../../test/fakes/vendors/ecr.ts'
import type { EcrOptions } from '../../test/fakes/vendors/ecr.ts'
import { createOciClient } from '../clients/oci/client.ts'
import { secret } from '../lib/secret.ts'
import { createEcr, servesEcr } from './ecr.ts'
import type { EcrDeps, EcrEntry } from './ecr.ts'

const signal = new AbortController().signal
const aws = { username: 'AWS', password: 'made-by-amazon' }
const keys = { accessKeyId: 'AKIALONGSHORE', secretAccessKey: secret('a-secret-access-key'), sessionToken: null }
const hourMs = 3_600_000

let ends: (() => void | Promise<void>)[] = []
beforeEach(() => {
  // Nothing of this machine may take part, and no metadata service be looked for.
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
  vi.stubEnv('AWS_CONFIG_FILE', '/dev/null')
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null')
})
afterEach(async () => {
  for (const end of ends) await end()
  ends = []
  vi.unstubAllEnvs()
})

async function startApi(options: Partial<EcrOptions> = {}) {
  const timing = createFakeTiming()
  const dialect = ecrDialect({ accessKeyId: keys.accessKeyId, ...aws, now: timing.wallNow, ...options })
  const fake = await startFakeRegistry({ auth: { kind: 'basic', ...aws }, dialect })
  vi.stubEnv('AWS_ENDPOINT_URL_ECR', fake.url)
  vi.stubEnv('AWS_ENDPOINT_URL_ECR_PUBLIC', fake.url)
  ends.push(() => fake.close())
  return { fake, dialect, timing }
}

function open(host: string, timing: FakeTiming, ecr: EcrEntry['ecr'], others: Partial<EcrDeps> = {}) {
  const client = createOciClient({ credentials: async () => null, timing })
  const entries = ecr === null ? [] : [{ host, path: null, ecr }]
  const none = async (): Promise<null> => null
  const clock = { now: timing.wallNow, elapsed: timing.now }
  const registry = createEcr({ client, configured: none, dockerConfig: none, host, entries, clock, ...others })
  ends.push(() => registry.close())
  const signIn = () => registry.credential?.({ registry: host, repository: 'team/app' }, signal)
  return { registry, client, signIn }
}

const own = { region: null, keys, profile: null }
const host = '123456789012.dkr.ecr.eu-central-1.amazonaws.com'

describe('the password', () => {
  test('is made once for all who ask, and again before its twelve hours are over', async () => {
    const { dialect, timing } = await startApi()
    const { signIn } = open(host, timing, own)

    const [first, second] = await Promise.all([signIn(), signIn()])
    expect(first?.username).toBe('AWS')
    expect(first?.password.reveal()).toBe('made-by-amazon')
    expect(second).toBe(first)
    timing.advance(9.5 * hourMs)
    expect(await signIn()).toBe(first)
    expect(dialect.calls).toHaveLength(1)
    timing.advance(0.2 * hourMs)
    await signIn()

    expect(dialect.calls).toHaveLength(2)
  })

  test('is asked for in the region that the host tells', async () => {
    const { dialect, timing } = await startApi()
    await open(host, timing, own).signIn()
    await open(host, timing, { ...own, region: 'eu-west-3' }).signIn()

    expect(dialect.calls.map(({ region, service }) => `${service} ${region}`)).toEqual([
      'ecr eu-central-1',
      'ecr eu-west-3',
    ])
  })

  test('comes from the environment, as every program of Amazon finds it', async () => {
    const { timing } = await startApi()
    vi.stubEnv('AWS_ACCESS_KEY_ID', keys.accessKeyId)
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'a-secret-access-key')

    expect((await open(host, timing, null).signIn())?.username).toBe('AWS')
  })

  test('of the configuration goes before all else', async () => {
    const { dialect, timing } = await startApi()
    const configured = credentialsOf('AWS', 'written-down')

    const found = await open(host, timing, own, { configured }).signIn()

    expect(found?.password.reveal()).toBe('written-down')
    expect(dialect.calls).toEqual([])
  })

  test("is that of Docker's file where this machine has no credentials of Amazon", async () => {
    const { timing } = await startApi()
    const dockerConfig = credentialsOf('AWS', 'from-docker-login')

    expect((await open(host, timing, null, { dockerConfig }).signIn())?.password.reveal()).toBe('from-docker-login')
  })

  test('that nobody can make is an error, and makes us no strangers', async () => {
    const { timing } = await startApi()

    await expect(open(host, timing, null).signIn()).rejects.toMatchObject({ code: 'CREDENTIALS_INVALID' })
  })

  test.each([
    ['UnrecognizedClientException', 'REGISTRY_UNAUTHORIZED'],
    ['ExpiredTokenException', 'REGISTRY_UNAUTHORIZED'],
    ['AccessDeniedException', 'REGISTRY_FORBIDDEN'],
    ['ServerException', 'REGISTRY_UNAVAILABLE'],
  ])('that is answered with %s is told as %s, without anything of the keys', async (failure, code) => {
    const { timing } = await startApi({ failures: new Map([['GetAuthorizationToken', Array(3).fill(failure)]]) })

    const error = await open(host, timing, own)
      .signIn()
      ?.catch((caught: unknown) => caught)

    expect(error).toMatchObject({ code })
    expect(String(error)).not.toContain('a-secret-access-key')
  })
})

describe('what Amazon refuses', () => {
  const refusals = (action: string, failure: string, times: number) => ({
    failures: new Map([[action, Array(times).fill(failure)]]),
  })
  const poll = ({ registry }: ReturnType<typeof open>, urgency: 'background' | 'wanted' | 'by-hand' = 'background') =>
    registry.credential?.({ registry: host, repository: 'team/app' }, signal, urgency)

  test('is asked once by ten looks, and again after a quarter of an hour', async () => {
    const { dialect, timing } = await startApi(refusals('GetAuthorizationToken', 'UnrecognizedClientException', 2))
    const opened = open(host, timing, own)

    for (let look = 0; look < 10; look += 1) {
      await expect(poll(opened)).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' })
    }
    expect(dialect.calls).toHaveLength(1)
    expect(opened.client.standing().circuits).toMatchObject([
      { kind: 'credential-refused', registry: host, account: 'AKIALONGSHORE' },
    ])
    timing.advance(0.3 * hourMs)
    await expect(poll(opened)).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' })

    expect(dialect.calls).toHaveLength(2)
  })

  test('a person may ask for at once, and then all goes on', async () => {
    const { dialect, timing } = await startApi(refusals('GetAuthorizationToken', 'UnrecognizedClientException', 1))
    const opened = open(host, timing, own)
    await expect(poll(opened)).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' })
    timing.advance(60_000)
    await expect(poll(opened, 'wanted')).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' })

    expect((await poll(opened, 'by-hand'))?.username).toBe('AWS')
    expect((await poll(opened))?.username).toBe('AWS')
    expect(dialect.calls).toHaveLength(2)
  })

  test('because it is too much is a pause for all that its API is asked', async () => {
    const { dialect, timing } = await startApi(refusals('DescribeImages', 'ThrottlingException', 9))
    const opened = open(host, timing, own)
    const tell = () =>
      opened.registry.describeTags?.({ registry: host, repository: 'a' }, { tags: ['1'], known: new Map() }, signal)
    await expect(tell()).rejects.toMatchObject({ code: 'REGISTRY_RATE_LIMITED' })
    const { length } = dialect.calls

    for (let look = 0; look < 10; look += 1) {
      await expect(tell()).rejects.toMatchObject({ code: 'REGISTRY_RATE_LIMITED' })
      await expect(poll(opened)).rejects.toMatchObject({ code: 'REGISTRY_RATE_LIMITED' })
    }
    expect(dialect.calls).toHaveLength(length)
    expect(opened.client.standing().lanes).toMatchObject([{ host: 'api.ecr.eu-central-1', pausedForMs: 30_000 }])
    timing.advance(30_000)
    await poll(opened)

    expect(dialect.calls).toHaveLength(length + 1)
  })

  test.each([null, 'work'])(
    'with the keys of a file (profile %s) is asked again as soon as that changes',
    async (profile) => {
      const { dialect, timing } = await startApi()
      const folder = mkdtempSync(join(tmpdir(), 'longshore-aws-'))
      ends.push(() => rmSync(folder, { recursive: true }))
      const file = join(folder, 'credentials')
      vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file)
      const write = (id: string) =>
        writeFileSync(file, `[${profile ?? 'default'}]\naws_access_key_id=${id}\naws_secret_access_key=s\n`)
      write('AKIAOLD')
      const opened = open(host, timing, profile === null ? null : { region: null, keys: null, profile })
      await expect(poll(opened)).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' })
      const { length } = dialect.calls
      await expect(poll(opened)).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' })
      expect(dialect.calls).toHaveLength(length)

      write('AKIALONGSHORE')

      expect((await poll(opened))?.username).toBe('AWS')
    },
  )
})

describe('a password that the registry itself refuses', () => {
  const begin = async (granted: { password: string }) => {
    const timing = createFakeTiming()
    const options = Object.assign(granted, { accessKeyId: keys.accessKeyId, username: 'AWS', now: timing.wallNow })
    const dialect = ecrDialect(options)
    const auth = (password: string) => ({ kind: 'basic', username: 'AWS', password }) as const
    const fake = await startFakeRegistry({ auth: auth(granted.password), dialect })
    vi.stubEnv('AWS_ENDPOINT_URL_ECR', fake.url)
    const digest = fake.pushImage('team/app', '1.0', 'one')
    const client = createOciClient({
      timing,
      credentials: async (...asked) => (await registry.credential?.(...asked)) ?? null,
      credentialRefused: (...refused) => registry.credentialRefused?.(...refused),
    })
    const none = async (): Promise<null> => null
    const entries = [{ host: fake.host, path: null, ecr: { ...own, region: 'eu-west-1' } }]
    const clock = { now: timing.wallNow, elapsed: timing.now }
    const registry = createEcr({ client, configured: none, dockerConfig: none, host: fake.host, entries, clock })
    ends.push(
      () => registry.close(),
      () => fake.close(),
    )
    const look = () =>
      registry.resolve({ registry: fake.host, repository: 'team/app' }, '1.0', null, signal, 'background')
    return { look, timing, dialect, client, digest, takes: (password: string) => fake.setAuth(auth(password)) }
  }

  test('is made anew once, by all who look in that moment, which then succeed', async () => {
    const granted = { password: 'first' }
    const { look, dialect, client, digest, takes } = await begin(granted)
    await look()
    takes('second')
    granted.password = 'second'

    const found = await Promise.all([look(), look(), look()])

    expect(found).toMatchObject([{ digest }, { digest }, { digest }])
    expect(dialect.calls).toHaveLength(2)
    expect(client.standing().circuits).toEqual([])
  })

  test('as is the one that was made in its place is made again after a quarter of an hour, and not at every look', async () => {
    const granted = { password: 'first' }
    const { look, dialect, timing, digest, takes } = await begin(granted)
    await look()
    takes('fourth')
    granted.password = 'second'
    for (let each = 0; each < 10; each += 1)
      await expect(look()).rejects.toMatchObject({ code: 'REGISTRY_UNAUTHORIZED' })
    expect(dialect.calls).toHaveLength(2)

    granted.password = 'fourth'
    timing.advance(0.3 * hourMs)

    expect(await look()).toMatchObject({ digest })
    expect(dialect.calls).toHaveLength(3)
  })
})

describe('the keys of a file', () => {
  test('make another password as soon as they change, and the old one goes on while they make none', async () => {
    const { dialect, timing } = await startApi()
    const folder = mkdtempSync(join(tmpdir(), 'longshore-aws-'))
    ends.push(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'credentials')
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', file)
    const write = (id: string, key: string) =>
      writeFileSync(file, `[default]\naws_access_key_id=${id}\naws_secret_access_key=${key}\n`)
    write('AKIALONGSHORE', 'one')
    const { signIn } = open(host, timing, null)
    const first = await signIn()
    write('AKIALONGSHORE', 'another')
    expect(await signIn()).toBe(first) // not looked at within the same second

    timing.advance(1000)
    const second = await signIn()
    expect(second).not.toBe(first)
    expect(dialect.calls).toHaveLength(2)
    write('AKIAUNKNOWN', 'a-third')
    timing.advance(1000)

    expect(await signIn()).toBe(second)
    expect(await signIn()).toBe(second)
  })
})

describe('push times', () => {
  const tell = (registry: ReturnType<typeof open>['registry'], tags: readonly string[]) =>
    registry.describeTags?.({ registry: host, repository: 'team/app' }, { tags, known: new Map() }, signal)

  const pushMany = (fake: FakeRegistry, count: number): readonly string[] => {
    const tags = Array.from({ length: count }, (_, index) => `1.0.${index}`)
    for (const tag of tags) fake.pushImage('team/app', tag, tag)
    return tags
  }

  test('of 2,300 images take three calls, to the account of the host, for tagged images alone', async () => {
    const { fake, dialect, timing } = await startApi()
    const tags = pushMany(fake, 2300)

    const found = await tell(open(host, timing, own).registry, tags)

    expect(found).toHaveLength(2300)
    expect(dialect.calls).toHaveLength(3)
    expect(dialect.calls[0]).toMatchObject({
      action: 'DescribeImages',
      input: {
        registryId: '123456789012',
        repositoryName: 'team/app',
        maxResults: 1000,
        filter: { tagStatus: 'TAGGED' },
      },
    })
  })

  test('are those of the digest: a further tag on an image is as old as that, and says so', async () => {
    const { fake, timing } = await startApi()
    const digest = fake.pushImage('team/app', '1.0', 'one')
    fake.pushImage('team/app', '1.1', 'two')
    fake.tag('team/app', 'stable', digest)

    const found = (await tell(open(host, timing, own).registry, ['1.0', '1.1', 'stable'])) ?? []

    const [old, stable] = ['1.0', 'stable'].map((tag) => found.find((each) => each.tag === tag))
    expect(stable).toMatchObject({
      digest,
      pushedAt: old?.pushedAt,
      source: 'ecr-api',
      confidence: 'digest-first-push',
    })
  })

  test('are asked for again while Amazon throttles, and are an error when it goes on', async () => {
    const throttled = Array(9).fill('ThrottlingException')
    const { fake, timing } = await startApi({ failures: new Map([['DescribeImages', throttled]]) })
    pushMany(fake, 1)

    const telling = tell(open(host, timing, own).registry, ['1.0.0'])

    await expect(telling).rejects.toMatchObject({ code: 'REGISTRY_RATE_LIMITED', retryAfterMs: 30_000 })
  })
})

describe('the public registry', () => {
  const publicHost = 'public.ecr.aws'

  test('is read by strangers unless its entry says how to sign in', async () => {
    const { dialect, timing } = await startApi()

    expect(await open(publicHost, timing, null).signIn()).toBeNull()
    expect(dialect.calls).toEqual([])
  })

  test('is signed in to in the one region that it has', async () => {
    const { dialect, timing } = await startApi()

    expect((await open(publicHost, timing, own).signIn())?.password.reveal()).toBe('made-by-amazon')
    expect(dialect.calls).toMatchObject([{ service: 'ecr-public', region: 'us-east-1' }])
  })

  test('tells no push times', async () => {
    const { timing } = await startApi()
    const { registry } = open(publicHost, timing, null)
    const repository = { registry: publicHost, repository: 'nginx/nginx' }

    expect(await registry.describeTags?.(repository, { tags: ['1.27'], known: new Map() }, signal)).toEqual([])
  })
})

test('a registry asked for more than a thousand tags answers 405; lists never ask for more', async () => {
  const { fake, timing } = await startApi()
  const digest = fake.pushImage('team/app', '0', 'one')
  for (let index = 1; index < 1500; index += 1) fake.tag('team/app', `${index}`, digest)
  const client = createOciClient({ credentials: credentialsOf(aws.username, aws.password), timing })
  const { registry } = open(fake.host, timing, own, { client })

  await expect(registry.listTags({ registry: fake.host, repository: 'team/app' }, signal)).resolves.toHaveLength(1500)
})

test.each([
  [host, true],
  ['public.ecr.aws', true],
  ['registry.example.com', false],
])('serves %s: %s', (name, expected) => {
  expect(servesEcr(name)).toBe(expected)
})
