import { afterEach, describe, expect, test, vi } from 'vitest'
import { useConfigFolder } from '../test/fakes/config-folder.ts'
import { startFakeRegistry } from '../test/fakes/registry.ts'
import { ecrDialect } from '../test/fakes/vendors/ecr.ts'
import { systemClock } from './lib/clock.ts'
import { createLog } from './lib/log.ts'
import { kindOf, openRegistries } from './wire-registries.ts'

const { load } = useConfigFolder()
const signal = new AbortController().signal

afterEach(() => vi.unstubAllEnvs())

test.each([
  ['docker.io', 'docker-hub'],
  ['123456789012.dkr.ecr.eu-central-1.amazonaws.com', 'ecr'],
  ['123456789012.dkr-ecr-fips.us-east-2.on.aws', 'ecr'],
  ['public.ecr.aws', 'ecr'],
  ['gcr.io', 'gar'],
  ['us.gcr.io', 'gar'],
  ['europe-docker.pkg.dev', 'gar'],
  ['registry.gitlab.com', 'gitlab'],
  ['gitlab.example.com:5050', 'distribution'],
  ['harbor.example.com', 'distribution'],
  ['localhost:5000', 'distribution'],
  ['ghcr.io', 'distribution'],
  ['docker.io.example.com', 'distribution'],
])('%s is served by %s', (host, kind) => {
  expect(kindOf(host)).toBe(kind)
})

describe('the registries of a configuration', () => {
  const open = async (text: string) => {
    const config = await load(text)
    const network = { env: {}, log: createLog('error', 'plain', () => {}), certsFolder: '/nowhere' }
    return openRegistries(config, systemClock, network)
  }

  test('are opened once for each host, by its entry before its name', async () => {
    const registries = await open('registries: [{host: docker.io, kind: distribution}, {host: a.b, harbor: {}}]')

    expect(registries.registryFor('docker.io').kind).toBe('distribution')
    expect(registries.registryFor('a.b').kind).toBe('harbor')
    expect(registries.registryFor('registry.gitlab.com').kind).toBe('gitlab')
    expect(registries.registryFor('a.b')).toBe(registries.registryFor('a.b'))
    registries.close()
  })

  test('give the engine, for its pulls, the very password that was made on request', async () => {
    const aws = { username: 'AWS', password: 'made-by-amazon' }
    const dialect = ecrDialect({ accessKeyId: 'AKIALONGSHORE', ...aws })
    const fake = await startFakeRegistry({ auth: { kind: 'basic', ...aws }, dialect })
    const digest = fake.pushImage('team/app', '1.0', 'one')
    vi.stubEnv('AWS_ENDPOINT_URL_ECR', fake.url)
    const keys = 'accessKeyId: AKIALONGSHORE, secretAccessKey: a-secret-access-key'
    const registries = await open(`registries: [{host: "${fake.host}", ecr: {region: eu-west-1, ${keys}}}]`)
    const repository = { registry: fake.host, repository: 'team/app' }

    const found = await registries.registryFor(fake.host).resolve(repository, '1.0', null, signal)
    const auth = await registries.pullAuth(repository, signal)

    expect(found).toMatchObject({ digest })
    expect(auth).toEqual({ ...aws, registry: fake.host, isIdentityToken: false })
    expect(dialect.calls).toHaveLength(1)
    registries.close()
    await fake.close()
  })

  test('are told of a password that they made and that is refused, and the same look succeeds with another', async () => {
    const granted = { accessKeyId: 'AKIALONGSHORE', username: 'AWS', password: 'made-first' }
    const auth = (password: string) => ({ kind: 'basic', username: 'AWS', password }) as const
    const fake = await startFakeRegistry({ auth: auth('made-first'), dialect: ecrDialect(granted) })
    const digest = fake.pushImage('team/app', '1.0', 'one')
    vi.stubEnv('AWS_ENDPOINT_URL_ECR', fake.url)
    const keys = 'accessKeyId: AKIALONGSHORE, secretAccessKey: a-secret-access-key'
    const registries = await open(`registries: [{host: "${fake.host}", ecr: {region: eu-west-1, ${keys}}}]`)
    const repository = { registry: fake.host, repository: 'team/app' }
    const look = () => registries.registryFor(fake.host).resolve(repository, '1.0', null, signal)
    await look()

    granted.password = 'made-second'
    fake.setAuth(auth('made-second'))

    expect(await look()).toMatchObject({ digest })
    registries.close()
    await fake.close()
  })

  test.each([
    ['registry-1.docker.io', 'hub'],
    ['registry.hub.docker.com', 'hub'],
    ['REG.example.com', 'reg'],
    ['reg.example.com:443', 'reg'],
    ['other.example.com', 'other'],
    ['other.example.com:443', 'other'],
    ['plain.example.com', 'plain'],
    ['plain.example.com:443', null],
    ['plain-443.example.com:443', 'plain-443'],
    ['plain-443.example.com', null],
    ['reg.example.com:8443', null],
    ['localhost:443', null],
  ])('sign in to %s as %s, however its host is written', async (host, username) => {
    const entry = (name: string, user: string, more = '') => `{host: "${name}", username: ${user}, password: x${more}}`
    const registries = await open(
      `registries: [${[
        entry('index.docker.io', 'hub'),
        entry('reg.example.com', 'reg'),
        entry('other.example.com:443', 'other'),
        entry('plain.example.com', 'plain', ', plainHttp: true'),
        entry('plain-443.example.com:443', 'plain-443', ', plainHttp: true'),
        entry('localhost', 'me'),
      ].join(', ')}]`,
    )

    const auth = await registries.pullAuth({ registry: host, repository: 'team/app' }, signal)

    expect(auth).toEqual(username && expect.objectContaining({ username, registry: host }))
    registries.close()
  })

  test('ask a mirror under the name of its own entry, with its own credentials', async () => {
    const fake = await startFakeRegistry({ auth: { kind: 'basic', username: 'me', password: 'let-me-in' } })
    const digest = fake.pushImage('hub/library/nginx', '1.0', 'one')
    const port = fake.host.split(':')[1] ?? ''
    const mirror = `{host: "localhost:${port}", username: me, password: let-me-in}`
    const registries = await open(
      `registries: [{host: nowhere.invalid, mirrors: ["localhost:${port}/hub"]}, ${mirror}]`,
    )
    const repository = { registry: 'NOWHERE.invalid:443', repository: 'library/nginx' }

    const found = await registries.registryFor(repository.registry).resolve(repository, '1.0', null, signal)

    expect(found).toMatchObject({ digest })
    registries.close()
    await fake.close()
  })

  test('ask one that an image names otherwise under its own name, with its own adapter and credentials', async () => {
    const fake = await startFakeRegistry({ auth: { kind: 'basic', username: 'me', password: 'let-me-in' } })
    const digest = fake.pushImage('team/app', '1.0', 'one')
    const port = fake.host.split(':')[1] ?? ''
    const registries = await open(
      `registries: [{host: "localhost:${port}", harbor: {}, username: me, password: let-me-in}]`,
    )
    const name = `LOCALHOST:${port}`
    const repository = { registry: name, repository: 'team/app' }
    const registry = registries.registryFor(name)

    expect(registry.kind).toBe('harbor')
    expect(await registry.resolve(repository, '1.0', null, signal)).toMatchObject({ digest })
    expect(await registry.listTags(repository, signal)).toEqual(['1.0'])
    expect(registry.heard?.(name)).toEqual(registries.registryFor(`localhost:${port}`).heard?.(`localhost:${port}`))
    registries.close()
    await fake.close()
  })
})
