import { expect, test } from 'vitest'
import type { EventSource, RequestHead } from '../../events/event-source.ts'
import { eventSources } from '../../events/index.ts'
import { secret } from '../../lib/secret.ts'
import { createShowsSecret } from './shown-secret.ts'

const [word, wordBefore] = ['the-secret-in-force-1', 'the-secret-before-it-1']

const registry = 'registry.example.com'
const showsSecret = createShowsSecret([
  { name: 'registry', source: eventSources.distribution({ registry }), secrets: [secret(word), secret(wordBefore)] },
  { name: 'hub', source: eventSources['docker-hub']({ registry }), secrets: [secret(word)] },
  { name: 'ci', source: eventSources.generic({ registry }), secrets: [secret(word)] },
])

const head = (authorization: readonly string[], pathSecret: string | null = null): RequestHead => ({
  headers: { authorization },
  pathSecret,
})

test.each<[string, string, RequestHead, boolean]>([
  ['the secret', 'registry', head([word]), true],
  ['the one before it', 'registry', head([`Bearer ${wordBefore}`]), true],
  ['a wrong one', 'registry', head(['another-secret-entirely']), false],
  ['the secret twice', 'registry', head([word, word]), false],
  ['nothing', 'registry', head([]), false],
  ['the secret in the address', 'hub', head([], word), true],
  ['a wrong one in the address', 'hub', head([], wordBefore), false],
  ['the secret where the body has to be signed', 'ci', head([word], word), false],
  ['the secret of others', 'nobody', head([word], word), false],
  ['the secret of others', '__proto__', head([word], word), false],
])('%s, at %s', (_, name, given, isShown) => {
  expect(showsSecret(name, given)).toBe(isShown)
})

test('a source that there is not is asked as one whose secret is wrong', () => {
  const asked: number[] = []
  const source: EventSource = {
    verify: () => false,
    showsSecret: (_, { reveal }) => asked.push(reveal().length) < 0,
    parse: () => null,
  }
  const shows = createShowsSecret([{ name: 'x', source, secrets: [secret(word), secret(wordBefore)] }])

  shows('x', head([]))
  const ofKnown = asked.splice(0)
  shows('elsewhere', head([]))

  expect(asked).toEqual(ofKnown)
})

test('what needs the body cannot say what the head shows', () => {
  const bySignature: EventSource['verify'] = ({ body }) => body.length > 0
  // @ts-expect-error there is no body yet
  const source: EventSource = { verify: bySignature, showsSecret: bySignature, parse: () => null }

  expect(source.showsSecret).toBe(bySignature)
})
