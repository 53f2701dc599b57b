import { writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { useConfigFolder } from '../../test/fakes/config-folder.ts'

const { load, problems, path } = useConfigFolder()

test('makes an entry of what variables say of a host, and takes the password from a file', async () => {
  await writeFile(path('secret'), 'file-password\n', { mode: 0o600 })
  const env = {
    LONGSHORE_REGISTRY_MAIN_HOST: 'registry.example.com:5000',
    LONGSHORE_REGISTRY_MAIN_USERNAME: 'robot',
    LONGSHORE_REGISTRY_MAIN_PASSWORD_FILE: path('secret'),
    LONGSHORE_REGISTRY_TEAM_B_HOST: 'registry.example.com:5000',
    LONGSHORE_REGISTRY_TEAM_B_PATH: 'team/b',
    LONGSHORE_REGISTRY_TEAM_B_USERNAME: 'other',
    LONGSHORE_REGISTRY_TEAM_B_PASSWORD: 'other-password',
    LONGSHORE_REGISTRY_NONE_HOST: '',
  }

  const { registries } = await load('', { env })

  const shown = registries.map(({ host, path: below, credentials }) => [
    host,
    below,
    credentials?.username,
    credentials?.password.reveal(),
  ])
  expect(shown).toEqual([
    ['registry.example.com:5000', null, 'robot', 'file-password'],
    ['registry.example.com:5000', 'team/b', 'other', 'other-password'],
  ])
})

test('gives an entry of the file its credentials, and leaves the rest of it as it is', async () => {
  const env = {
    LONGSHORE_REGISTRY_X_HOST: 'a.example',
    LONGSHORE_REGISTRY_X_USERNAME: 'robot',
    LONGSHORE_REGISTRY_X_PASSWORD: 'new-password',
  }
  const text =
    'registries:\n  - {host: a.example, username: old, password: old, concurrency: 3}\n  - {host: b.example}\n'

  const { registries } = await load(text, { env })

  expect(registries.map(({ host, concurrency }) => [host, concurrency])).toEqual([
    ['a.example', 3],
    ['b.example', 16],
  ])
  expect(registries[0]?.credentials?.password.reveal()).toBe('new-password')
})

const ofTeam = (host: string) => ({
  LONGSHORE_REGISTRY_X_HOST: host,
  LONGSHORE_REGISTRY_X_PATH: 'team',
  LONGSHORE_REGISTRY_X_USERNAME: 'robot',
  LONGSHORE_REGISTRY_X_PASSWORD: 'new-password',
})

test('says of a host in variables what the first entry of the file says of it', async () => {
  const said = `
    host: a.example
    ca: /etc/ca.pem
    clientCertificate: /etc/own.pem
    clientKey: /etc/own.key
    authRealms: [sign-in.example]
    mirrors: [mirror.example]
    concurrency: 3
    requestsPerSecond: 7
    sha512: true
    harbor: {url: 'https://harbor.example'}`
  const text = `registries:\n  - {host: b.example}\n  -${said}\n    username: one\n    password: one-password\n`

  const { registries } = await load(text, { env: ofTeam('a.example') })

  const [, first, added] = registries
  expect(added).toEqual({ ...first, path: 'team', harbor: null, credentials: expect.anything() })
  expect(added?.credentials?.username).toBe('robot')
  expect(added?.credentials?.password.reveal()).toBe('new-password')
})

test.each([
  ['{host: docker.io, concurrency: 3}', 'index.docker.io'],
  ['{host: index.docker.io, concurrency: 3}', 'docker.io'],
  ['{host: a.example, concurrency: 3}', 'a.example:443'],
  ['{host: "192.168.1.20:5000", plainHttp: true, concurrency: 3}', '192.168.1.20:5000'],
  ['{host: "192.168.1.20:5000", plainHttp: "${LONGSHORE_TEST_PLAIN:-true}", concurrency: 3}', '192.168.1.20:5000'],
  ['{host: a.example, kind: harbor, concurrency: 3}', 'a.example'],
  ['{host: a.example, gitlab: {url: "https://git.example"}, concurrency: 3}', 'a.example'],
  ['{host: a.example, registry_type: gcr, concurrency: 3}', 'a.example'],
])('beside %s the host %s in variables is the same one', async (written, host) => {
  const { registries } = await load(`registries:\n  - ${written}\n`, { env: ofTeam(host) })

  const [first, added] = registries
  expect(added).toEqual({ ...first, path: 'team', gitlab: null, gar: null, credentials: expect.anything() })
})

test('a host by another of its names gives the entry of the file its credentials', async () => {
  const text = 'registries:\n  - {host: docker.io, path: team, username: old, password: old, concurrency: 3}\n'

  const { registries } = await load(text, { env: ofTeam('registry-1.docker.io') })

  expect(registries).toMatchObject([
    { host: 'docker.io', path: 'team', concurrency: 3, credentials: { username: 'robot' } },
  ])
})

test('what speaks plain http at its usual port says nothing of port 443', async () => {
  const text = 'registries:\n  - {host: a.example, plainHttp: true}\n'

  expect(await problems(text, { env: ofTeam('a.example:443') })).toEqual([
    expect.stringContaining('registries[1].plainHttp: must be as in entry 0'),
  ])
})

test.each([
  [
    { LONGSHORE_REGISTRY_X_USERNAME: 'robot', LONGSHORE_REGISTRY_X_PASSWORD: 'canary-password' },
    'LONGSHORE_REGISTRY_X_USERNAME: needs LONGSHORE_REGISTRY_X_HOST beside it',
  ],
  [
    { LONGSHORE_REGISTRY_X_HOST: 'https://a.example' },
    'LONGSHORE_REGISTRY_X_HOST: must be a host in lower case such as registry.example.com',
  ],
  [{ LONGSHORE_REGISTRY_X_HOST: 'a.example', LONGSHORE_REGISTRY_X_USERNAME: 'robot' }, 'needs username and password'],
  [
    {
      LONGSHORE_REGISTRY_X_HOST: 'a.example',
      LONGSHORE_REGISTRY_X_PASSWORD: 'canary-password',
      LONGSHORE_REGISTRY_X_PASSWORD_FILE: '/run/x',
    },
    'LONGSHORE_REGISTRY_X_PASSWORD_FILE: stands beside LONGSHORE_REGISTRY_X_PASSWORD; set only one of them',
  ],
  [
    { LONGSHORE_REGISTRY_X_HOST: 'a.example', LONGSHORE_REGISTRY_X_PASSWORD_FILE: '/not/there' },
    'LONGSHORE_REGISTRY_X_PASSWORD_FILE: reads a file that cannot be used',
  ],
  [{ LONGSHORE_REGISTRY_X_PASSWD: 'canary-password' }, 'LONGSHORE_REGISTRY_X_PASSWD: unknown variable'],
])('%o is refused, naming the variable and not what it holds', async (env, expected) => {
  const told = (await problems('', { env })).join('\n')

  expect(told).toContain(expected)
  expect(told).not.toContain('canary')
})
