import { expect, test } from 'vitest'
import { endpointOf } from '../endpoint.ts'
import { admitRealm } from './realm.ts'

const hosts = {
  'registry.corp.example': { authRealms: ['login.other.example', 'port.other.example:443', 'own.other.example:8443'] },
  'plain.example:5000': { plainHttp: true, authRealms: ['login.other.example:80'] },
}
const admit = async (registry: string, realm: string, isPrivate = false): Promise<string | undefined> =>
  (await admitRealm(endpointOf(registry, hosts), realm, isPrivate ? 'private' : 'public'))?.reach

test.each([
  ['docker.io', 'https://auth.docker.io/token', 'public'],
  ['ghcr.io', 'https://ghcr.io/token', 'configured'],
  ['lscr.io', 'https://ghcr.io/token', 'public'],
  ['registry.gitlab.com', 'https://gitlab.com/jwt/auth', 'public'],
  ['registry.example.co.uk', 'https://auth.example.co.uk/token', 'public'],
  ['registry.team.gouv.fr', 'https://auth.team.gouv.fr/token', 'public'],
  ['registry.corp.internal', 'https://auth.corp.internal/token', 'public'],
  ['registry.corp.example', 'https://login.other.example/token', 'loopback'],
  ['registry.corp.example', 'https://login.other.example:443/token', 'loopback'],
  ['registry.corp.example', 'https://port.other.example/token', 'loopback'],
  ['registry.corp.example', 'https://own.other.example:8443/token', 'loopback'],
  ['plain.example:5000', 'http://login.other.example/token', 'loopback'],
  ['localhost:5000', 'http://localhost:5001/auth', 'configured'],
  ['plain.example:5000', 'http://auth.plain.example/token', 'public'],
])('%s may send its credentials to %s', async (registry, realm, reach) => {
  expect(await admit(registry, realm)).toBe(reach)
})

test.each([
  ['registry.example.com', 'https://evil.example.net/token'],
  ['registry.example.com', 'https://registry.example.com.evil.net/token'],
  ['registry.example.com', 'http://registry.example.com/token'],
  ['registry.example.com', 'https://user:pass@registry.example.com/token'],
  ['registry.example.com', 'https://169.254.169.254/latest/meta-data'],
  ['127.0.0.1:5000', 'http://2852039166/'],
  ['127.0.0.1:5000', 'http://[::ffff:169.254.169.254]/'],
  ['127.0.0.1:5000', 'http://[fd00:ec2::254]/'],
  ['mine.azurecr.io', 'https://yours.azurecr.io/oauth2/token'],
  ['mine.fly.dev', 'https://yours.fly.dev/token'],
  ['mine.westus.cloudapp.azure.com', 'https://yours.westus.cloudapp.azure.com/token'],
  ['registry.example.co.uk', 'https://evil.co.uk/token'],
  ['registry.team-a.gouv.fr', 'https://evil.gouv.fr/token'],
  ['registry.team.govt.nz', 'https://evil.govt.nz/token'],
  ['mine.firebaseapp.com', 'https://yours.firebaseapp.com/token'],
  ['mine.r2.dev', 'https://yours.r2.dev/token'],
  ['mine.up.railway.app', 'https://yours.up.railway.app/token'],
  ['mine.azurecontainerapps.io', 'https://yours.azurecontainerapps.io/token'],
  ['123456789012.dkr-ecr.eu-west-1.on.aws', 'https://abc.lambda-url.eu-west-1.on.aws/token'],
  ['mine.pages.dev', 'https://yours.pages.dev/token'],
  ['mine.web.app', 'https://yours.web.app/token'],
  ['mine.jfrog.io', 'https://yours.jfrog.io/token'],
  ['mine.pkg.dev', 'https://yours.pkg.dev/token'],
  ['registry.kobe.jp', 'https://evil.kobe.jp/token'],
  ['registry.example.com.', 'https://evil.com./token'],
  ['registry.corp.example', 'https://login.other.example:8443/token'],
  ['registry.corp.example', 'https://own.other.example/token'],
  ['plain.example:5000', 'https://login.other.example/token'],
  ['registry.example.com', 'file:///etc/passwd'],
  ['registry', 'https://other/token'],
])('%s may not send its credentials to %s', async (registry, realm) => {
  await expect(admit(registry, realm)).rejects.toMatchObject({ code: 'REGISTRY_REFUSED' })
})

test('a realm of the same domain may be private only when the registry is', async () => {
  expect(await admit('registry.example.com', 'https://auth.example.com/', true)).toBe('private')
  expect(await admit('registry.example.com', 'https://auth.example.com/', false)).toBe('public')
})

test('a realm that is a mere name is none', async () => {
  expect(await admitRealm(endpointOf('registry.example.com', {}), 'Artifactory Realm', 'public')).toBeNull()
})

test.each(['user@host', 'host/path', 'host?x', 'a b', ''])('%j is no registry host', (registry) => {
  expect(() => endpointOf(registry, {})).toThrow(expect.objectContaining({ code: 'REGISTRY_REFUSED' }))
})
