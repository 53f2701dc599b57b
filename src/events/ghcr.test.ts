import { expect, test } from 'vitest'
import { eventRequest } from '../../test/fakes/event-requests.ts'
import { ghcr } from '../../test/fakes/senders/hosted-registries.ts'
import { digest, hmacHex, shopWeb, word } from '../../test/fakes/senders/sender.ts'
import { secret } from '../lib/secret.ts'
import { createGhcrSource } from './ghcr.ts'

const source = createGhcrSource({ registry: 'ghcr.io' })
const text = JSON.stringify(ghcr.push(shopWeb))
const form = { 'content-type': ['application/x-www-form-urlencoded; charset=utf-8'] }
const formOf = (json: string) => `payload=${new URLSearchParams({ x: json }).toString().slice(2)}`

test('a form, signed as it came', () => {
  const body = formOf(text)
  const request = eventRequest(body, { ...form, 'x-hub-signature-256': [`sha256=${hmacHex(word, body)}`] })

  expect(source.verify(request, secret(word))).toBe(true)
  expect(source.parse(request)).toMatchObject([{ image: { repository: 'shop/web', tag: '1.2.3', digest } }])
})

test.each(['payload=%', 'payload=%ff', 'payload=', 'x=1&payload={}', 'payload={}&payload={}', text])(
  'no form that GitHub sends: %s',
  (body) => {
    expect(source.parse(eventRequest(body, form))).toBeNull()
  },
)

test('the other event for packages', () => {
  const body = text.replace('"registry_package"', '"package"')

  expect(source.parse(eventRequest(body))).toMatchObject([{ image: { repository: 'shop/web', tag: '1.2.3' } }])
})

test('the other event for packages, where the first is there and empty', () => {
  const body = text.replace('"registry_package"', '"registry_package":null,"package"')

  expect(source.parse(eventRequest(body))).toMatchObject([{ image: { repository: 'shop/web', tag: '1.2.3' } }])
})

test('a package whose type GitHub gives as another, and whose place is told by its owner alone', () => {
  const body = text.replaceAll('"CONTAINER"', '"npm"').replace('"namespace":"shop",', '')

  expect(source.parse(eventRequest(body))).toMatchObject([{ image: { repository: 'shop/web' } }])
})

test('no digest is waited for where two are named', () => {
  const body = text.replace(`"version":"${digest}"`, `"version":"sha256:${'b'.repeat(64)}"`)

  expect(source.parse(eventRequest(body))).toMatchObject([{ image: { tag: '1.2.3', digest: null } }])
})

test('an action that tells nothing of a tag', () => {
  expect(source.parse(eventRequest(text.replace('"published"', '"restored"')))).toEqual([])
})
