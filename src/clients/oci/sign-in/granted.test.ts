import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mayPush } from './granted.ts'

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const jwt = (claims: unknown): string => `${encode({ alg: 'ES256' })}.${encode(claims)}.c2lnbmF0dXJl`
const access = (...actions: readonly string[]) => [{ type: 'repository', name: 'team/app', actions }]

test.each([
  ['push in its claims', jwt({ access: access('pull', 'push') }), null, true],
  ['everything in its claims', jwt({ access: access('*') }), null, true],
  ['delete in its claims', jwt({ access: access('delete') }), null, true],
  ['push in one of several', jwt({ access: [...access('pull'), ...access('push')] }), null, true],
  ['pull alone', jwt({ access: access('pull') }), null, false],
  ['no rights', jwt({ access: [] }), null, false],
  ['push for something else in its claims', jwt({ scope: 'push', access: access('pull') }), null, false],
  ['claims that are none', jwt('push'), null, false],
  ['no claims', 'an-opaque-token-that-says-push', null, false],
  ['no JSON', 'a.b.c', null, false],
  ['push beside it', 'opaque', 'repository:team/app:pull,push', true],
  ['push beside it, of a host with a port', 'opaque', 'repository:a.b:5000/team/app:push', true],
  ['several beside it', 'opaque', 'repository:a:pull repository:b:pull,push', true],
  ['pull beside it, in a repository of that name', 'opaque', 'repository:push:pull', false],
  ['push as the whole text beside it', 'opaque', 'push', false],
])('of a token with %s: %#', (_, token, scope, expected) => {
  expect(mayPush(token, scope)).toBe(expected)
})

test('is told of any text', () => {
  fc.assert(
    fc.property(fc.string(), fc.option(fc.string()), (token, scope) => typeof mayPush(token, scope) === 'boolean'),
  )
})
