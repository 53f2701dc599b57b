import type { LookupFunction } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { examined, type Examining } from '../../../test/fakes/examined.ts'
import { credentialsOf } from '../../../test/fakes/oci-client.ts'
import { startFakeRegistry, type FakeRegistry, type FakeRegistryOptions } from '../../../test/fakes/registry.ts'
import { createOciClient } from '../../clients/oci/client.ts'

const closing: FakeRegistry[] = []
afterEach(async () => {
  for (const registry of closing.splice(0)) await registry.close()
})

const user = { username: 'ci', password: 'a-long-enough-password' }
const basic: FakeRegistryOptions = { auth: { kind: 'basic', ...user } }
const token: FakeRegistryOptions = { auth: { kind: 'token', ...user } }
const html = { 'content-type': 'text/html' }
const text = { 'content-type': 'text/plain' }
const json = { 'content-type': 'application/json' }

async function start(options: FakeRegistryOptions, prepare: (fake: FakeRegistry) => void = () => {}) {
  const fake = await startFakeRegistry(options)
  closing.push(fake)
  fake.pushImage('team/app', '1', 'one', 'linux/amd64')
  prepare(fake)
  return fake
}

/** The first that doctor says, as one text. */
async function told(options: FakeRegistryOptions, asked: Examining, prepare?: (fake: FakeRegistry) => void) {
  const fake = await start(options, prepare)
  const [finding] = await examined(fake.host, asked)
  return { standing: finding?.standing, text: `${finding?.sentence} -> ${finding?.remedy}` }
}

describe('a password that a registry refuses by 403 at its door', () => {
  /** Challenges strangers and answers 403 to a password that it does not know. */
  const refuse = (fake: FakeRegistry): void => {
    const challenge = { 'www-authenticate': 'Basic realm="team"' }
    fake.fault({}, { kind: 'status', status: 403 })
    fake.fault({ kind: 'ping', times: 1 }, { kind: 'status', status: 401, headers: challenge })
  }

  test.each([['watched', ['team/app']] as const, ['unwatched', []] as const])(
    'is what is wrong where it is for %s repositories',
    async (_, repositories) => {
      const found = await told(basic, { as: user, repositories }, refuse)

      expect(found.standing).toBe('wrong')
      expect(found.text).toMatch(/answered 403 to the sign-in itself -> It does not let ci in: the password .* wrong/)
      expect(found.text).not.toContain('ci is known')
    },
  )

  test('is tried once, however many repositories there are', async () => {
    const fake = await start(basic, refuse)
    const repositories = Array.from({ length: 10 }, (_, at) => `team/app-${at}`)

    const findings = await examined(fake.host, { as: user, repositories })

    expect(findings).toHaveLength(1)
    expect(findings[0]?.sentence).toMatch(/; so do 9 more of its repositories$/)
    expect(fake.requests.filter(({ headers }) => headers.authorization !== undefined)).toHaveLength(1)
  })
})

test.each([['watched', ['team/app']] as const, ['unwatched', []] as const])(
  'who refuses everything and asks nobody to sign in is not said to know a user, for %s repositories',
  async (_, repositories) => {
    const found = await told({}, { as: user, repositories }, (fake) => {
      for (const kind of ['head', 'get', 'tags'] as const)
        fake.fault({ kind }, { kind: 'status', status: 403, headers: text })
    })

    expect(found.standing).toBe('wrong')
    expect(found.text).toMatch(/it asks nobody to sign in -> .* nothing tells whether it knows ci: check the names/)
  },
)

test.each<[string, (fake: FakeRegistry) => void, Examining]>([
  [
    '404 in plain text',
    (fake) => fake.fault({}, { kind: 'status', status: 404, headers: text, body: '404 page not found' }),
    {},
  ],
  ['404 in JSON', (fake) => fake.fault({}, { kind: 'status', status: 404, headers: json, body: '{"error":"no"}' }), {}],
  ['404 to a credential', (fake) => fake.fault({}, { kind: 'status', status: 404, body: 'no' }), { as: user }],
  [
    '404 to a credential that nothing needs',
    (fake) => fake.fault({}, { kind: 'status', status: 404, body: 'no' }),
    { as: user, repositories: [] },
  ],
  [
    '404, and a page at its door',
    (fake) => {
      fake.fault({}, { kind: 'status', status: 404, headers: text, body: 'no' })
      fake.fault({ kind: 'ping' }, { kind: 'status', status: 200, headers: html, body: '<html>' })
    },
    {},
  ],
  ['some JSON', (fake) => fake.fault({}, { kind: 'status', status: 200, headers: json, body: '{"hello":1}' }), {}],
  ['some text', (fake) => fake.fault({}, { kind: 'status', status: 200, headers: text, body: 'It works!' }), {}],
  [
    'some JSON to a credential that nothing needs',
    (fake) => fake.fault({}, { kind: 'status', status: 200, headers: json, body: '{}' }),
    { as: user, repositories: [] },
  ],
])('a server that answers %s is no registry', async (_, prepare, asked) => {
  const found = await told({}, asked, (fake) => void prepare(fake))

  expect(found.standing).toBe('wrong')
  expect(found.text).toMatch(
    /as a server does that is no registry -> What answers as .* is a web server, .* check the name and the port/,
  )
})

test('a registry that has no such tag is not taken for another server', async () => {
  const found = await told({}, { repositories: ['team/none'] })

  expect(found.text).toMatch(/404 NAME_UNKNOWN -> Check the name of the repository/)
})

test('what is no image and yet a manifest is not taken for another server', async () => {
  const body = '{"schemaVersion":1,"name":"team/app"}'
  const found = await told({}, {}, (fake) => fake.fault({}, { kind: 'status', status: 200, headers: json, body }))

  expect(found.text).toContain('Push the image again')
})

describe('a proxy in between', () => {
  test('that shows its page in place of a token is told', async () => {
    const page = { kind: 'status', status: 200, headers: html, body: '<html>Sign in</html>' } as const
    const found = await told(token, { as: user }, (fake) => fake.fault({ kind: 'token' }, page))

    expect(found.text).toMatch(/^sign-in for .* answered with a web page, as a proxy in between .* proxy\.$/)
  })

  test('that leads to a page of its network is told, and no realm', async () => {
    const found = await told({}, {}, (fake) => {
      for (const kind of ['head', 'get'] as const) {
        fake.fault({ kind }, { kind: 'redirect', location: 'http://captive.example/login' })
      }
    })

    expect(found.text).toMatch(
      /redirects to plain http at captive\.example -> .* a proxy in between, or a network that wants a sign-in/,
    )
    expect(found.text).not.toContain('realm')
  })

  test.each([401, 403])('that says %i with its page is told, and no password', async (status) => {
    const found = await told({}, { as: user }, (fake) =>
      fake.fault({}, { kind: 'status', status, headers: html, body: '<p>' }),
    )

    expect(found.text).toMatch(/as a proxy in between does.* -> What answers as .* is most likely a proxy in between/)
    expect(found.text).not.toContain('password')
  })

  test('that says 403 with its page does not make a credential well', async () => {
    const found = await told({}, { as: user, repositories: [] }, (fake) =>
      fake.fault({}, { kind: 'status', status: 403, headers: html, body: '<p>' }),
    )

    expect(found.standing).toBe('wrong')
  })

  test('that asks for a password looks like a web server in front of the registry, which is said', async () => {
    const headers = { ...html, 'www-authenticate': 'Basic realm="corp"' }
    const found = await told({}, { as: user }, (fake) =>
      fake.fault({}, { kind: 'status', status: 401, headers, body: '<p>' }),
    )

    expect(found.text).toMatch(
      /as a web server in front of it or a proxy in between does -> .* password or token of ci/,
    )
    expect(found.text).toMatch(/if that is a proxy/)
  })
})

test('a host that is down for a while is told once, and nobody is said to ask too often', async () => {
  const fake = await start({})
  fake.fault({}, { kind: 'status', status: 503, headers: { 'retry-after': '120' } })

  const findings = await examined(fake.host, { repositories: ['team/a', 'team/b', 'team/c'] })

  expect(findings).toHaveLength(1)
  expect(findings[0]?.sentence).toMatch(/answered 503.* pause.*; so do 2 more of its repositories$/)
  expect(findings[0]?.remedy).toMatch(/overloaded or in maintenance/)
})

test('what is refused again without being asked has the same cause', async () => {
  const fake = await start(basic)
  const signed = { ...user, password: 'another-password' }
  const client = createOciClient({ credentials: credentialsOf(signed.username, signed.password) })
  fake.fault({ kind: 'ping' }, { kind: 'status', status: 403 })
  fake.fault({ kind: 'ping', times: 1 }, { kind: 'status', status: 401, headers: { 'www-authenticate': 'Basic' } })
  const first = await examined(fake.host, { as: signed, open: client })
  fake.forgetRequests()

  const second = await examined(fake.host, { as: signed, open: client })

  expect(fake.count()).toBe(0)
  expect(second[0]?.remedy).toBe(first[0]?.remedy)
  expect(first[0]?.remedy).toContain('It does not let ci in')
  client.close()
})

test('a host to which another leads is named as the one that is not reached', async () => {
  const lookup: LookupFunction = (name, _options, done) =>
    done(Object.assign(new Error(name), { code: 'ENOTFOUND' }), '')
  const found = await told({}, { client: { lookup } }, (fake) => {
    for (const kind of ['head', 'get'] as const) {
      fake.fault({ kind }, { kind: 'redirect', location: 'https://captive.invalid/login' })
    }
  })

  expect(found.text).toMatch(
    /captive\.invalid is a name without an address .* what leads from there to captive\.invalid/,
  )
})

describe('what is spoken by plain http', () => {
  test('and refuses a sign-in as it is asked is not taken for TLS', async () => {
    const found = await told(token, { as: user }, (fake) =>
      fake.fault({ kind: 'token' }, { kind: 'status', status: 400, headers: json, body: '{}' }),
    )

    expect(found.text).toMatch(/^sign-in for .* answered 400 -> .* what makes its tokens does not do so/)
    expect(found.text).not.toMatch(/TLS|plain/)
  })

  test('and refuses a sign-in with a page that leads to https is not taken for TLS', async () => {
    const body = '<a href="https://docs.example.com">no</a>'
    const found = await told(token, { as: user }, (fake) =>
      fake.fault({ kind: 'token' }, { kind: 'status', status: 400, headers: html, body }),
    )

    expect(found.text).toMatch(/answered 400 with a web page, as a proxy in between does/)
  })

  test.each([
    ['Go', text, 'Client sent an HTTP request to an HTTPS server.\n'],
    ['nginx', html, '<html>The plain HTTP request was sent to HTTPS port'],
    ['Apache', html, "<p>Reason: You're speaking plain HTTP to an SSL-enabled server port."],
  ])('to a server of TLS made with %s is told', async (_, headers, body) => {
    const found = await told({}, {}, (fake) => fake.fault({}, { kind: 'status', status: 400, headers, body }))

    expect(found.text).toMatch(/it may speak TLS, and was asked by plain http -> Take plainHttp out/)
  })
})

test('each repository that is not there is told', async () => {
  const fake = await start({})

  const findings = await examined(fake.host, { repositories: ['team/a', 'team/app', 'team/b', 'team/c'] })

  expect(findings.map(({ standing, sentence }) => [standing, /team\/\w+/.exec(sentence)?.[0]])).toEqual([
    ['well', undefined],
    ['wrong', 'team/a'],
    ['wrong', 'team/b'],
    ['wrong', 'team/c'],
  ])
})

test('a cause that lies with the host is told once, with how many repositories it is for', async () => {
  const fake = await start(basic)

  const findings = await examined(fake.host, { repositories: ['team/a', 'team/b'] })

  expect(findings).toHaveLength(1)
  expect(findings[0]?.sentence).toMatch(/answered 401.*; so does another of its repositories$/)
})

describe('a token', () => {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

  /** Wants tokens, and takes any. */
  const giveTokens = (body: object) => (fake: FakeRegistry) => {
    const challenge = { 'www-authenticate': `Bearer realm="${fake.url}/token",service="fake"` }
    fake.fault({ kind: 'ping' }, { kind: 'status', status: 401, headers: challenge })
    fake.fault({ kind: 'token' }, { kind: 'status', status: 200, headers: json, body: JSON.stringify(body) })
  }
  const jwt = (...actions: readonly string[]): string => {
    const access = [{ type: 'repository', name: 'team/app', actions }]
    return [encode({ alg: 'ES256' }), encode({ access }), 'c2lnbmVk'].join('.')
  }

  test.each([
    ['in its claims', { token: jwt('pull', 'push') }],
    ['beside it', { access_token: 'opaque', scope: 'repository:team/app:pull,push' }],
  ])('that may push, as it says %s, is told as more than is needed', async (_, body) => {
    const fake = await start({}, giveTokens(body))

    const findings = await examined(fake.host, { as: user })

    expect(findings).toMatchObject([
      { standing: 'well' },
      {
        standing: 'doubtful',
        sentence: 'its tokens for ci may push, though only to pull was asked for',
        remedy: expect.stringContaining('may read alone'),
      },
    ])
  })

  test.each([
    ['may pull alone', { token: jwt('pull'), scope: 'repository:team/app:pull' }],
    ['says nothing', { token: 'opaque' }],
  ])('that %s is not', async (_, body) => {
    const fake = await start({}, giveTokens(body))

    expect(await examined(fake.host, { as: user })).toMatchObject([{ standing: 'well' }])
  })
})

test('a host that is marked for its damaged answers is told as such', async () => {
  const damaged = { kind: 'headers', headers: { 'docker-content-digest': 'sha256:none' } } as const
  const fake = await start({}, (each) => each.fault({ kind: 'head' }, damaged))
  const repositories = ['team/app', 'team/b', 'team/c']
  for (const each of repositories) fake.pushImage(each, '1', 'one', 'linux/amd64')

  const findings = await examined(fake.host, { repositories })
  const before = await examined(fake.host, { repositories: repositories.slice(1) })

  const mark = expect.objectContaining({
    standing: 'doubtful',
    sentence: 'it is marked as suspicious: three damaged answers in a row, of which nothing is used',
  })
  expect(findings).toContainEqual(mark)
  expect(before).not.toContainEqual(mark)
})
