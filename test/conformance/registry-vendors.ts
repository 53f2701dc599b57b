import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createOciClient } from '../../src/clients/oci/client.ts'
import type { CredentialSource } from '../../src/clients/oci/credentials/credentials.ts'
import { secret } from '../../src/lib/secret.ts'
import { createDockerHub } from '../../src/registries/docker-hub.ts'
import { createEcr } from '../../src/registries/ecr.ts'
import { createGar } from '../../src/registries/gar.ts'
import { createGitlab } from '../../src/registries/gitlab.ts'
import { createHarbor } from '../../src/registries/harbor.ts'
import type { Registry } from '../../src/registries/registry.ts'
import { credentialsOf } from '../fakes/oci-client.ts'
import { startFakeRegistry } from '../fakes/registry.ts'
import type { FakeRegistry } from '../fakes/registry.ts'
import type { FaultMatch } from '../fakes/registry/faults.ts'
import { hubDialect } from '../fakes/vendors/docker-hub.ts'
import { ecrDialect } from '../fakes/vendors/ecr.ts'
import { garDialect } from '../fakes/vendors/gar.ts'
import { gitlabDialect } from '../fakes/vendors/gitlab.ts'
import { harborDialect } from '../fakes/vendors/harbor.ts'
import type { RegistryHarness } from './registry-kit.ts'

const user = { username: 'longshore', password: 'let-me-in' }
const none: CredentialSource = async () => null
/** A second try shows as much as a third. */
const limits = { tries: 2 }
const clock = { now: () => Date.now(), elapsed: () => performance.now() }

/** The fake with the adapter twice: with what it takes to sign in, and with something wrong. */
function harnessOf(
  fake: FakeRegistry,
  { username, password }: typeof user,
  telling: FaultMatch,
  open: (isRight: boolean) => Registry,
  end: () => void = () => {},
): RegistryHarness {
  return {
    registry: open(true),
    withWrongPassword: open(false),
    place: { address: fake.host, credentials: { user: username, password } },
    spoilTelling: (fault) => fake.fault(telling, fault),
    async stop() {
      await fake.close()
      end()
    },
  }
}

const login = (isRight: boolean): CredentialSource =>
  credentialsOf(user.username, isRight ? user.password : 'not-the-password')

export async function startHub(): Promise<RegistryHarness> {
  const pulls = { limit: 200, remaining: 180 }
  const fake = await startFakeRegistry({ auth: { kind: 'token', ...user }, dialect: hubDialect({ ...user, pulls }) })
  return harnessOf(fake, user, { path: '/tags?page' }, (isRight) => {
    const credentials = login(isRight)
    return createDockerHub({ client: createOciClient({ credentials, limits }), credentials, clock, hubUrl: fake.url })
  })
}

export async function startGitlab(): Promise<RegistryHarness> {
  const dialect = gitlabDialect({ token: user.password, projects: ['team/app', 'team/tags'] })
  const fake = await startFakeRegistry({ auth: { kind: 'token', ...user, realm: '/jwt/auth' }, dialect })
  return harnessOf(fake, user, { path: /\/api\/v4\/.*\/tags\// }, (isRight) => {
    const credentials = login(isRight)
    const entries = [{ host: fake.host, path: null, gitlab: { url: fake.url, token: null } }]
    return createGitlab({
      client: createOciClient({ credentials, limits }),
      credentials,
      configured: credentials,
      entries,
    })
  })
}

export async function startHarbor(): Promise<RegistryHarness> {
  const robot = { username: 'robot$team+longshore', password: user.password }
  const fake = await startFakeRegistry({
    auth: { kind: 'token', ...robot, realm: '/service/token' },
    dialect: harborDialect(robot),
  })
  return harnessOf(fake, robot, { path: '/artifacts?' }, (isRight) => {
    const credentials = credentialsOf(robot.username, isRight ? robot.password : 'not-the-password')
    return createHarbor({ client: createOciClient({ credentials, limits }), credentials, entries: [] })
  })
}

export async function startEcr(): Promise<RegistryHarness> {
  const aws = { username: 'AWS', password: 'made-by-amazon' }
  const dialect = ecrDialect({ accessKeyId: 'AKIALONGSHORE', password: aws.password })
  const fake = await startFakeRegistry({ auth: { kind: 'basic', ...aws }, dialect })
  // How the SDK itself is told of another endpoint. @see AWS SDKs Reference Guide, "Service-specific endpoints"
  process.env['AWS_ENDPOINT_URL_ECR'] = fake.url
  const open = (isRight: boolean): Registry => {
    const accessKeyId = isRight ? 'AKIALONGSHORE' : 'AKIASOMEBODY'
    const keys = { accessKeyId, secretAccessKey: secret('a-secret-access-key'), sessionToken: null }
    const entries = [{ host: fake.host, path: null, ecr: { region: 'eu-central-1', keys, profile: null } }]
    // The client asks whoever made it, as in wire-registries.ts.
    const registry: { current?: Registry } = {}
    const client = createOciClient({
      limits,
      credentials: async (...question) => (await registry.current?.credential?.(...question)) ?? null,
    })
    registry.current = createEcr({ client, configured: none, dockerConfig: none, host: fake.host, entries, clock })
    return registry.current
  }
  return harnessOf(fake, aws, { path: /^\/$/ }, open, () => delete process.env['AWS_ENDPOINT_URL_ECR'])
}

export async function startGar(): Promise<RegistryHarness> {
  const google = { username: 'oauth2accesstoken', password: 'ya29.made-by-google' }
  const email = 'longshore@project.iam.gserviceaccount.com'
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const dialect = garDialect({ accessToken: google.password, serviceAccount: { email, publicKey } })
  const fake = await startFakeRegistry({ auth: { kind: 'token', ...google, realm: '/v2/token' }, dialect })
  const folder = mkdtempSync(join(tmpdir(), 'longshore-gar-'))
  const open = (isRight: boolean): Registry => {
    const serviceAccountFile = join(folder, isRight ? 'right.json' : 'wrong.json')
    const key = (isRight ? privateKey : stranger.privateKey).export({ type: 'pkcs8', format: 'pem' })
    writeFileSync(
      serviceAccountFile,
      JSON.stringify({ type: 'service_account', client_email: email, private_key: key }),
    )
    const entries = [{ host: fake.host, path: null, gar: { serviceAccountFile, projectId: null } }]
    const registry: { current?: Registry } = {}
    const client = createOciClient({
      limits,
      credentials: async (...question) => (await registry.current?.credential?.(...question)) ?? null,
    })
    // The library asks one fixed address for tokens of service accounts.
    const toFake: typeof fetch = (_url, init) => fetch(`${fake.url}/oauth2/token`, init)
    const own = { configured: none, dockerConfig: none, host: fake.host, entries, clock, fetch: toFake }
    registry.current = createGar({ client, ...own })
    return registry.current
  }
  return harnessOf(fake, google, { path: 'n=10000' }, open, () => rmSync(folder, { recursive: true, force: true }))
}
