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
