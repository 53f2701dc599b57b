import { afterEach, describe, expect, test } from 'vitest'
import { reference, workload } from '../../../test/fakes/decide-input.ts'
import { credentialsOf } from '../../../test/fakes/oci-client.ts'
import { startFakeRegistry, type FakeRegistry } from '../../../test/fakes/registry.ts'
import { ecrDialect } from '../../../test/fakes/vendors/ecr.ts'
import { hubDialect, tooOften } from '../../../test/fakes/vendors/docker-hub.ts'
import { gitlabDialect } from '../../../test/fakes/vendors/gitlab.ts'
import { hurried } from '../../../test/fakes/examined.ts'
import { createOciClient } from '../../clients/oci/client.ts'
import type { CredentialSource } from '../../clients/oci/credentials/credentials.ts'
import { secret } from '../../lib/secret.ts'
import { createDistribution } from '../../registries/distribution.ts'
import { createDockerHub } from '../../registries/docker-hub.ts'
import { createEcr } from '../../registries/ecr.ts'
import { createGitlab } from '../../registries/gitlab.ts'
import type { Registry } from '../../registries/registry.ts'
import type { WatchedWorkload } from '../workloads/watched-workloads.ts'
import { examineRegistries } from './examine-registries.ts'

const signal = new AbortController().signal
const password = 'a-long-enough-password'
const none: CredentialSource = async () => null

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** What doctor says of a registry with one watched repository, `team/app`. */
async function told(fake: FakeRegistry, registry: Registry, credentials: CredentialSource, order = 'digest') {
  fake.pushImage('team/app', '1', 'one', 'linux/amd64')
  closing.push(
    () => registry.close(),
    () => fake.close(),
  )
  const watched = {
    kind: 'watchable',
    workload,
    isListed: order === 'newest',
    policy: { spec: { order } },
    reference: { ...reference, registry: fake.host, repository: 'team/app', tag: '1' },
  } as unknown as WatchedWorkload // as much of it as is looked at
  const app = {
    registryFor: () => registry,
    pullAuth: async (...asked: Parameters<CredentialSource>) => {
      const found = await (registry.credential ?? credentials)(...asked)
      if (found === null) return null
      return { ...found, password: found.password.reveal(), registry: fake.host, isIdentityToken: false }
    },
  }
  return examineRegistries(app, [watched], [], signal)
}

describe('of Docker Hub', () => {
  const user = { username: 'ci', password }

  async function ask(remaining: number) {
    const pulls = { limit: 100, remaining }
    const dialect = hubDialect({ ...user, pulls, refusesPulls: true })
    const fake = await startFakeRegistry({ auth: { kind: 'token', ...user }, dialect })
    const credentials = credentialsOf(user.username, user.password)
    const client = createOciClient({ credentials, timing: hurried })
    const clock = { now: () => Date.now(), elapsed: () => performance.now() }
    const own = { client, credentials, clock, hubUrl: fake.url, pullHost: fake.host }
    return { fake, credentials, registry: createDockerHub(own) }
  }

  test('pulls that are used up are told as such, as looks go on', async () => {
    const { fake, credentials, registry } = await ask(0)

    const findings = await told(fake, registry, credentials)

    expect(findings).toMatchObject([
      { standing: 'well', sentence: 'its repository answers to ci' },
      {
        standing: 'doubtful',
        sentence: 'there are no pulls left: 0 of 100 in 6 h',
        remedy: expect.stringContaining('account that is granted more'),
      },
    ])
  })

  test('being asked too often is told as such, which no sign-in helps against', async () => {
    const { fake, credentials, registry } = await ask(76)
    fake.fault({ kind: 'head' }, tooOften)

    const [finding] = await told(fake, registry, credentials)

    expect(finding).toMatchObject({ standing: 'wrong', sentence: expect.stringMatching(/answered 429$/) })
    expect(finding?.remedy).toContain('a sign-in changes nothing')
  })
})

describe('of Amazon', () => {
  async function ask(options: Partial<Parameters<typeof ecrDialect>[0]>, login: CredentialSource = none) {
    const aws = { username: 'AWS', password: 'made-by-amazon' }
    const dialect = ecrDialect({ accessKeyId: 'AKIALONGSHORE', password: aws.password, ...options })
    const fake = await startFakeRegistry({ auth: { kind: 'basic', ...aws }, dialect })
    process.env['AWS_ENDPOINT_URL_ECR'] = fake.url
    closing.push(() => delete process.env['AWS_ENDPOINT_URL_ECR'])
    const keys = { accessKeyId: 'AKIALONGSHORE', secretAccessKey: secret('a-secret-access-key'), sessionToken: null }
    const entries = [{ host: fake.host, path: null, ecr: { region: 'eu-central-1', keys, profile: null } }]
    const registry: { current?: Registry } = {}
    const client = createOciClient({
      timing: hurried,
      credentials: async (...question) => (await registry.current?.credential?.(...question)) ?? null,
    })
    const clock = { now: () => Date.now(), elapsed: () => performance.now() }
    registry.current = createEcr({ client, configured: login, dockerConfig: none, host: fake.host, entries, clock })
    const [finding] = await told(fake, registry.current, none)
    return finding
  }

  test('a password that is beyond its life has expired, and lacks no rights', async () => {
    const finding = await ask({ isExpired: true }, credentialsOf('AWS', 'made-by-amazon'))

    expect(finding).toMatchObject({ standing: 'wrong' })
    expect(finding?.sentence).toContain('answered 403: what it was asked with has expired')
    expect(finding?.remedy).toContain('Renew it by the entry')
  })

  test.each([
    [
      'ExpiredTokenException',
      /refused \(ExpiredTokenException\)/,
      /made with is wrong, expired or withdrawn: renew it/,
    ],
    ['AccessDeniedException', /have no right to ecr:GetAuthorizationToken/, /Give them the right that is named here/],
  ])('keys that its API answers with %s are what is wrong', async (failure, sentence, remedy) => {
    const finding = await ask({
      failures: new Map([['GetAuthorizationToken', Array.from({ length: 9 }, () => failure)]]),
    })

    expect(finding?.sentence).toMatch(sentence)
    expect(finding?.remedy).toMatch(remedy)
  })
})

describe('of GitLab', () => {
  async function ask(tokenOfApi: string, refusal?: string) {
    const user = { username: 'ci', password }
    const dialect = gitlabDialect({ token: password, projects: ['team/app'] })
    const fake = await startFakeRegistry({ auth: { kind: 'token', ...user, realm: '/jwt/auth' }, dialect })
    if (refusal) fake.fault({ path: '/api/v4/' }, { kind: 'status', status: 401, body: refusal })
    const credentials = credentialsOf(user.username, user.password)
    const entries = [{ host: fake.host, path: null, gitlab: { url: fake.url, token: secret(tokenOfApi) } }]
    const registry = createGitlab({
      client: createOciClient({ timing: hurried, credentials }),
      credentials,
      configured: credentials,
      entries,
    })
    return told(fake, registry, credentials, 'newest')
  }

  test('a token that may read push times is well', async () => {
    expect(await ask(password)).toMatchObject([{ standing: 'well', sentence: 'its repository answers to ci' }])
  })

  test('a token that may pull and not read push times is told, with what it means', async () => {
    const [, finding] = await ask('another-token-than-that')

    expect(finding).toMatchObject({ standing: 'doubtful', remedy: expect.stringContaining('no right to read them') })
    expect(finding?.sentence).toMatch(/when tags were pushed is not told: .* answered 401/)
  })

  test('a token that has expired is told as that', async () => {
    const refusal =
      '{"error":"invalid_token","error_description":"Token is expired. You can either do re-authorization or token refresh."}'
    const [, finding] = await ask(password, refusal)

    expect(finding?.sentence).toContain('answered 401: the token has expired')
  })
})

describe('of any registry', () => {
  async function ask(prepare: (fake: FakeRegistry) => void) {
    const fake = await startFakeRegistry({ auth: { kind: 'token', username: 'ci', password } })
    prepare(fake)
    const credentials = credentialsOf('ci', password)
    return told(fake, createDistribution({ client: createOciClient({ timing: hurried, credentials }) }), credentials)
  }

  const denied = { kind: 'status', status: 403, body: '{"errors":[{"code":"DENIED"}]}' } as const

  test('a 403 at the sign-in is the password where it is refused without any rights too', async () => {
    const [finding] = await ask((fake) => fake.fault({ kind: 'token' }, denied))

    expect(finding?.sentence).toMatch(/^sign-in for .* answered 403 DENIED to the sign-in itself/)
    expect(finding?.remedy).toContain('does not let ci in: the password or token is wrong')
  })

  test('a 403 at the sign-in is the rights where the same password is taken without them', async () => {
    const [finding] = await ask((fake) => fake.fault({ kind: 'token', path: 'scope=' }, denied))

    expect(finding?.sentence).toMatch(/^sign-in for .* answered 403 DENIED$/)
    expect(finding?.remedy).toContain('has no')
  })

  test.each([
    [61 * 60_000, /has it 1 h later than this machine/],
    [-10 * 60_000, /has it 10 min earlier than this machine/],
  ])('a clock that is %i ms off is named', async (offMs, sentence) => {
    const date = new Date(Date.now() + offMs).toUTCString()
    const findings = await ask((fake) => fake.fault({}, { kind: 'headers', headers: { date } }))

    expect(findings[1]).toMatchObject({
      part: 'clock',
      standing: 'doubtful',
      sentence: expect.stringMatching(sentence),
    })
  })

  test('a clock that is some seconds off is none that is wrong', async () => {
    const date = new Date(Date.now() + 50_000).toUTCString()
    expect(await ask((fake) => fake.fault({}, { kind: 'headers', headers: { date } }))).toHaveLength(1)
  })

  test('requests that are almost spent are told, so that nobody wonders why polling waits', async () => {
    const low = { 'ratelimit-limit': '100', 'ratelimit-remaining': '4' }
    const findings = await ask((fake) => fake.fault({ kind: 'head' }, { kind: 'headers', headers: low }))

    expect(findings[1]).toMatchObject({
      standing: 'doubtful',
      sentence: '4 of 100 requests are left, so polling waits, and rollouts go on',
    })
  })
})
