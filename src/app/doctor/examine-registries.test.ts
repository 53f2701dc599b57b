import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { certificates } from '../../../test/fakes/certificates.ts'
import { reference, workload } from '../../../test/fakes/decide-input.ts'
import { hurried } from '../../../test/fakes/examined.ts'
import { credentialsOf } from '../../../test/fakes/oci-client.ts'
import { startFakeRegistry, type FakeRegistry, type FakeRegistryOptions } from '../../../test/fakes/registry.ts'
import { createOciClient, type OciClientDeps } from '../../clients/oci/client.ts'
import { createDistribution } from '../../registries/distribution.ts'
import type { WatchedWorkload } from '../workloads/watched-workloads.ts'
import { examineRegistries } from './examine-registries.ts'

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

const password = 'a-long-enough-password'

interface Asking {
  /** Who signs in; nobody when left out. */
  readonly as?: { readonly username: string; readonly password: string }
  /** Instead of the fake's own. */
  readonly host?: string
  readonly client?: (registry: FakeRegistry) => Partial<OciClientDeps>
  /** Whether a watched workload has its image there. */
  readonly isUsed?: boolean
  readonly prepare?: (registry: FakeRegistry) => void
}

/** What doctor says of a registry with one watched repository. */
async function told(options: FakeRegistryOptions, { as, host, client: deps, prepare, isUsed = true }: Asking) {
  const registry = await startFakeRegistry(options)
  registry.pushImage('team/app', '1', 'one', 'linux/amd64')
  prepare?.(registry)
  const client = createOciClient({
    credentials: as === undefined ? async () => null : credentialsOf(as.username, as.password),
    timing: hurried,
    ...deps?.(registry),
  })
  closing.push(
    () => client.close(),
    () => registry.close(),
  )
  const watched = {
    kind: 'watchable',
    workload,
    reference: { ...reference, registry: host ?? registry.host, repository: 'team/app' },
  } as WatchedWorkload // as much of it as is looked at
  const app = {
    registryFor: () => createDistribution({ client }),
    pullAuth: async () => (as === undefined ? null : { ...as, registry: registry.host, isIdentityToken: false }),
  }
  const signIns = isUsed ? [] : [{ host: registry.host, path: null }]
  const [finding] = await examineRegistries(app, isUsed ? [watched] : [], signIns, new AbortController().signal)
  return finding
}

const basic = { kind: 'basic', username: 'ci', password } as const
const token = { kind: 'token', username: 'ci', password } as const
const html = { 'content-type': 'text/html' }

test.each<[string, FakeRegistryOptions, Asking, { sentence: RegExp; remedy: RegExp | null }]>([
  ['all is well', { auth: token }, { as: { username: 'ci', password } }, { sentence: /answers to ci/, remedy: null }],
  [
    'the host is wrong',
    {},
    {
      host: 'registry.example.invalid',
      client: () => ({
        lookup: (_host, _options, done) => done(Object.assign(new Error(), { code: 'ENOTFOUND' }), ''),
      }),
    },
    {
      sentence: /registry\.example\.invalid is a name without an address/,
      remedy: /Check the name registry\.example\.invalid/,
    },
  ],
  ['nothing listens', {}, { host: '127.0.0.1:1' }, { sentence: /nothing listens there/, remedy: /whether it runs/ }],
  [
    'the password is wrong',
    { auth: token },
    { as: { username: 'ci', password: 'another-password' } },
    {
      sentence: /answered 401/,
      remedy: /does not accept the password or token of ci: it is wrong, expired or withdrawn/,
    },
  ],
  [
    'the password is wrong, without tokens',
    { auth: basic },
    { as: { username: 'ci', password: 'another-password' } },
    { sentence: /answered 401/, remedy: /does not accept the password or token of ci/ },
  ],
  [
    'credentials that nothing needs are right',
    { auth: token },
    { isUsed: false, as: { username: 'ci', password } },
    { sentence: /ci may sign in; nothing that is watched needs it/, remedy: null },
  ],
  [
    'credentials that nothing needs are wrong',
    { auth: basic },
    { isUsed: false, as: { username: 'ci', password: 'another-password' } },
    { sentence: /answered 401/, remedy: /does not accept the password or token of ci/ },
  ],
  ['nobody signed in', { auth: basic }, {}, { sentence: /answered 401/, remedy: /wants to know who asks/ }],
  [
    'the password is right, and has no rights there',
    { auth: token },
    {
      as: { username: 'ci', password },
      prepare: (registry) =>
        registry.fault(
          { kind: 'head' },
          {
            kind: 'status',
            status: 401,
            headers: {
              'www-authenticate': `Bearer realm="${registry.url}/token",service="fake-registry",scope="repository:team/app:pull",error="insufficient_scope"`,
            },
          },
        ),
    },
    { sentence: /answered 401/, remedy: /ci is known there but may not pull this/ },
  ],
  [
    'it forbids',
    { auth: token },
    {
      as: { username: 'ci', password },
      prepare: (registry) => registry.fault({ kind: 'head' }, { kind: 'status', status: 403 }),
    },
    { sentence: /answered 403/, remedy: /ci is known there but may not pull this/ },
  ],
  [
    'we asked too often',
    {},
    {
      prepare: (registry) =>
        registry.fault({ kind: 'head' }, { kind: 'status', status: 429, headers: { 'retry-after': '1800' } }),
    },
    { sentence: /answered 429/, remedy: /asked too often by this address/ },
  ],
  [
    'it is down for a while',
    {},
    {
      prepare: (registry) => registry.fault({}, { kind: 'status', status: 503, headers: { 'retry-after': '120' } }),
    },
    { sentence: /answered 503, and asks for a pause of 120 s/, remedy: /overloaded or in maintenance/ },
  ],
  [
    'what makes its tokens is down for a while',
    { auth: token },
    {
      as: { username: 'ci', password },
      prepare: (registry) =>
        registry.fault({ kind: 'token' }, { kind: 'status', status: 503, headers: { 'retry-after': '120' } }),
    },
    { sentence: /sign-in for .* answered 503, and asks for a pause/, remedy: /overloaded or in maintenance/ },
  ],
  [
    'a proxy answers in its place',
    {},
    { prepare: (registry) => registry.fault({ kind: 'head' }, { kind: 'status', status: 403, headers: html }) },
    { sentence: /answered 403 with a web page, as a proxy in between does/, remedy: /./ },
  ],
  [
    'a proxy shows its page in its place',
    {},
    {
      prepare: (registry) =>
        registry.fault({}, { kind: 'status', status: 200, headers: html, body: '<html>Sign in</html>' }),
    },
    { sentence: /answered with a web page, as a proxy in between or another server does/, remedy: /proxy/ },
  ],
  [
    'a proxy leads to its own page',
    {},
    {
      prepare: (registry) => {
        registry.fault({ kind: 'other' }, { kind: 'status', status: 200, headers: html, body: '<html>Sign in</html>' })
        for (const kind of ['head', 'get'] as const) registry.fault({ kind }, { kind: 'redirect', location: '/login' })
      },
    },
    { sentence: /answered with a web page/, remedy: /proxy/ },
  ],
  [
    'the host is a web server',
    {},
    { prepare: (registry) => registry.fault({}, { kind: 'status', status: 404, headers: html, body: '<html>' }) },
    { sentence: /404 with a web page, as a server does that is no registry/, remedy: /check the name and the port/ },
  ],
  [
    'credentials that nothing needs are for a web server',
    {},
    {
      isUsed: false,
      as: { username: 'ci', password },
      prepare: (registry) => registry.fault({}, { kind: 'status', status: 404, headers: html, body: '<html>' }),
    },
    { sentence: /404 with a web page/, remedy: /check the name and the port/ },
  ],
  [
    'it wants TLS and is asked by plain http',
    {},
    { prepare: (registry) => registry.fault({}, { kind: 'status', status: 400, headers: html }) },
    { sentence: /it may speak TLS, and was asked by plain http/, remedy: /Take plainHttp out of its entry/ },
  ],
  [
    'it hangs up on plain http',
    {},
    { prepare: (registry) => registry.fault({}, { kind: 'reset' }) },
    { sentence: /as one that speaks TLS does when asked by plain http/, remedy: /Take plainHttp out of its entry/ },
  ],
  [
    'a proxy wants a sign-in',
    {},
    { prepare: (registry) => registry.fault({ kind: 'head' }, { kind: 'status', status: 407 }) },
    { sentence: /a proxy in between wants a sign-in/, remedy: /proxy/ },
  ],
  [
    'it speaks plain http',
    {},
    { client: (registry) => ({ hosts: { [registry.host]: { plainHttp: false } } }) },
    { sentence: /does not speak TLS; it may be a registry of plain http/, remedy: /plainHttp: true/ },
  ],
])('when %s, it says so', async (_, options, asking, { sentence, remedy }) => {
  const finding = await told(options, asking)

  expect(finding).toMatchObject({ part: 'registry', standing: remedy === null ? 'well' : 'wrong' })
  expect(finding?.sentence).toMatch(sentence)
  if (remedy !== null) expect(finding?.remedy).toMatch(remedy)
})

test('of a credential for a registry that asks nobody to sign in, nothing is said to be well', async () => {
  const finding = await told({}, { isUsed: false, as: { username: 'ci', password } })

  expect(finding).toMatchObject({ standing: 'doubtful', sentence: expect.stringContaining('asks nobody to sign in') })
})

test('when its authority is not known here, it says so', async () => {
  const server = createServer({ cert: certificates.server, key: certificates.serverKey })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => server.close())
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}` // a TCP server that listens has one

  const finding = await told({}, { host, client: () => ({ hosts: { [host]: { plainHttp: false } } }) })

  expect(finding?.sentence).toContain('has a certificate of an authority that is not known here')
  expect(finding?.remedy).toContain('`ca` in its entry under registries')
})
