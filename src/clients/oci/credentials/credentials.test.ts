import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { startOciPair } from '../../../../test/fakes/oci-client.ts'
import { secret } from '../../../lib/secret.ts'
import { configuredCredentials, longestMatch } from './credentials.ts'

const signal = new AbortController().signal
const entry = (host: string, pathPrefix: string) => ({ host, pathPrefix, username: pathPrefix || 'all' })

describe('the entry for a repository', () => {
  const entries = [
    entry('r.example', ''),
    entry('r.example', 'team'),
    entry('r.example', 'team/web'),
    entry('r.example:443', 'port'),
    entry('other.example', 'team/web/app'),
  ]

  test.each([
    ['r.example', 'team', 'team'],
    ['r.example', 'team/app', 'team'],
    ['r.example', 'team/web', 'team/web'],
    ['r.example', 'team/web/app', 'team/web'],
    ['r.example', 'team/website', 'team'],
    ['r.example', 'teams/app', 'all'],
    ['r.example', 'app/team', 'all'],
    ['R.example', 'team/app', null],
    ['evil-r.example', 'team/app', null],
    ['r.example.evil', 'team/app', null],
    ['r.example:5000', 'team/app', null],
    ['other.example', 'team/web', null],
  ])('of %s at %s is %s', (registry, repository, username) => {
    expect(longestMatch(entries, { registry, repository })?.username ?? null).toBe(username)
  })

  test('is one whose path holds it in whole components, and none is longer, in whatever order they are written', () => {
    const path = fc.array(fc.constantFrom('a', 'b', 'ab'), { maxLength: 4 }).map((names) => names.join('/'))
    fc.assert(
      fc.property(fc.array(path, { maxLength: 8 }), path, (paths, repository) => {
        const fits = paths.filter((each) => each === '' || repository === each || repository.startsWith(`${each}/`))
        const found = longestMatch(
          paths.map((each) => entry('r', each)),
          { registry: 'r', repository },
        )
        expect(found?.pathPrefix).toBe(fits.toSorted((one, other) => other.length - one.length)[0])
      }),
    )
  })
})

test('two credentials for one host go to their own repositories alone, tokens made for many at once included', async () => {
  const credentials = (host: string) =>
    configuredCredentials([
      { host, username: 'all', password: secret('password-of-all') },
      { host, username: 'team-b', password: secret('password-of-team-b'), pathPrefix: 'team-b' },
    ])
  let host = ''
  await using pair = await startOciPair(
    { auth: { kind: 'token' } },
    { credentials: async (...asked) => credentials(host)(...asked) },
  )
  host = pair.registry.host
  const names = Array.from({ length: 40 }, (_, index) => `${index % 2 === 0 ? 'team-a' : 'team-b'}/app-${index}`)
  for (const name of names) pair.registry.pushImage(name, 'latest', name)

  const heads = names.map((repository) => pair.client.headManifest({ ...pair.app, repository }, 'latest', null, signal))
  await Promise.all(heads)

  const asked = pair.registry.requests.filter(({ kind }) => kind === 'token')
  const users = asked.map(({ headers, path }) => {
    const [user = ''] = Buffer.from(String(headers.authorization).replace('Basic ', ''), 'base64').toString().split(':')
    const scopes = new URL(path, pair.registry.url).searchParams.getAll('scope')
    return { user, teams: new Set(scopes.map((scope) => /^repository:([^/]+)\//.exec(scope)?.[1])) }
  })
  expect(new Set(users.map(({ user }) => user))).toEqual(new Set(['all', 'team-b']))
  for (const { user, teams } of users) expect([...teams]).toEqual([user === 'team-b' ? 'team-b' : 'team-a'])
})
