import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { createFakeTiming } from '../../test/fakes/oci-client.ts'
import { startFakeRegistry } from '../../test/fakes/registry.ts'
import { garDialect } from '../../test/fakes/vendors/gar.ts'
import { createOciClient } from '../clients/oci/client.ts'
import { createGar } from './gar.ts'

const signal = new AbortController().signal
const email = 'longshore@project.iam.gserviceaccount.com'
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const folder = mkdtempSync(join(tmpdir(), 'longshore-gar-renewal-'))
const keyFile = join(folder, 'key.json')
const privateKey = pair.privateKey.export({ type: 'pkcs8', format: 'pem' })
writeFileSync(keyFile, JSON.stringify({ type: 'service_account', client_email: email, private_key: privateKey }))

const ends: (() => void | Promise<void>)[] = [() => rmSync(folder, { recursive: true, force: true })]
afterEach(async () => {
  for (const end of ends.toReversed()) await end()
})

test('an access token that the registry refuses is made again at once, and the same look succeeds', async () => {
  const options = { accessToken: 'ya29.first', serviceAccount: { email, publicKey: pair.publicKey } }
  const auth = (password: string) =>
    ({ kind: 'token', username: 'oauth2accesstoken', password, realm: '/v2/token' }) as const
  const fake = await startFakeRegistry({ auth: auth('ya29.first'), dialect: garDialect(options) })
  ends.push(() => fake.close())
  const digest = fake.pushImage('project/images/app', '1.0', 'one')
  const timing = createFakeTiming()
  const client = createOciClient({
    timing,
    credentials: async (...asked) => (await registry.credential?.(...asked)) ?? null,
    credentialRefused: (...refused) => registry.credentialRefused?.(...refused),
  })
  const none = async (): Promise<null> => null
  const registry = createGar({
    client,
    configured: none,
    dockerConfig: none,
    host: fake.host,
    entries: [{ host: fake.host, path: null, gar: { serviceAccountFile: keyFile, projectId: null } }],
    clock: { elapsed: timing.now },
    fetch: (_asked, init) => fetch(`${fake.url}/oauth2/token`, init),
  })
  ends.push(() => registry.close())
  const look = () => registry.resolve({ registry: fake.host, repository: 'project/images/app' }, '1.0', null, signal)
  await look()
  options.accessToken = 'ya29.second'
  fake.setAuth(auth('ya29.second'))

  // The registry's own token, made with the first, is used for most of its life.
  timing.advance(3_600_000)

  expect(await look()).toMatchObject({ digest })
  expect(client.standing().circuits).toEqual([])
})
