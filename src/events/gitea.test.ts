import { expect, test } from 'vitest'
import { eventRequest } from '../../test/fakes/event-requests.ts'
import { gitea } from '../../test/fakes/senders/own-registries.ts'
import { hmacHex, shopWeb, word } from '../../test/fakes/senders/sender.ts'
import { secret } from '../lib/secret.ts'
import { createGiteaSource } from './gitea.ts'

const source = createGiteaSource({ registry: 'git.example.com' })
const body = JSON.stringify(gitea.push(shopWeb))
const right = hmacHex(word, body)
const verify = (forgejo: readonly string[], ofGitea: readonly string[]) =>
  source.verify(eventRequest(body, { 'x-forgejo-signature': forgejo, 'x-gitea-signature': ofGitea }), secret(word))

test('Forgejo sends both, and its own counts', () => {
  expect(verify([right], [right])).toBe(true)
  expect(verify([right], ['0'.repeat(64)])).toBe(true)
  expect(verify(['0'.repeat(64)], [right])).toBe(false)
})

test('what comes twice is not rescued by the other', () => {
  expect(verify([right, right], [right])).toBe(false)
  expect(verify([right], [right, right])).toBe(false)
})

test('an image with a path, and an owner by either of its names', () => {
  const deep = body.replace('"name":"web"', '"name":"team/web"').replace('"login":"shop",', '')

  expect(source.parse(eventRequest(deep))).toMatchObject([{ image: { repository: 'shop/team/web', tag: '1.2.3' } }])
})
