import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { Agent } from 'node:https'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openEcr } from './ecr-api.ts'
import { ecrFailure } from './ecr-failure.ts'
import { awsKeyFiles } from './key-files.ts'

const signal = new AbortController().signal
const start = 'https://sso.example.com/start'
const session = join('.aws', 'sso', 'cache', `${createHash('sha1').update(start).digest('hex')}.json`)

let home = ''
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'longshore-aws-'))
  vi.stubEnv('HOME', home)
  vi.stubEnv('AWS_CONFIG_FILE', join(home, 'config'))
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', join(home, 'credentials'))
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true')
  const profile = { sso_start_url: start, sso_region: 'eu-central-1', sso_account_id: '1', sso_role_name: 'reader' }
  const lines = Object.entries(profile).map(([name, value]) => `${name}=${value}`)
  await writeFile(join(home, 'config'), ['[profile people]', ...lines].join('\n'))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(home, { recursive: true })
})

async function signIn(expiresAt: string) {
  await mkdir(dirname(join(home, session)), { recursive: true })
  const kept = { startUrl: start, region: 'eu-central-1', accessToken: 'a-token-of-a-person', expiresAt }
  await writeFile(join(home, session), JSON.stringify(kept))
}

async function ask() {
  const access = { region: 'eu-central-1', isFips: false, isDualStack: false, keys: null, profile: 'people' }
  const api = await openEcr({ ...access, agent: new Agent() })
  try {
    return await api.createPassword('sign-in for the registry', signal)
  } finally {
    api.close()
  }
}

test('a session that has expired is what is told, and no missing credentials', async () => {
  await signIn('2020-01-01T00:00:00Z')

  await expect(ask()).rejects.toMatchObject({
    code: 'REGISTRY_UNAUTHORIZED',
    message: expect.stringMatching(/^sign-in for the registry: the session .* has expired: sign in by `aws sso login`/),
  })
})

test('a session that was never begun is told as such', async () => {
  await expect(ask()).rejects.toMatchObject({ message: expect.stringContaining('is not there or is not valid') })
})

test('the files of sessions are among those whose change is a new sign-in', async () => {
  expect(awsKeyFiles()).toHaveLength(2)
  await signIn('2020-01-01T00:00:00Z')

  expect(awsKeyFiles()).toEqual([join(home, 'credentials'), join(home, 'config'), join(home, session)])
})

test.each([
  ['TokenProviderError', "Token is expired. To refresh this SSO session run 'aws sso login'.", /has expired/],
  ['CredentialsProviderError', "Value not present for 'refreshToken' in SSO Token. Cannot refresh.", /has expired/],
  ['CredentialsProviderError', 'Failed to load a token, please re-authenticate using aws login', /not valid/],
  ['CredentialsProviderError', 'Could not load credentials from any providers', /there are no AWS credentials/],
  ['TimeoutError', 'aws login expired', /could not be asked/],
])('%s with the words %j is told by what it means', (name, words, sentence) => {
  const error = Object.assign(new Error(words), { name })

  expect(ecrFailure(error, 'sign-in', 'ecr:GetAuthorizationToken').message).toMatch(sentence)
})
