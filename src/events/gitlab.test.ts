import { expect, test } from 'vitest'
import { envelope, eventRequest, nowMs } from '../../test/fakes/event-requests.ts'
import { hmac, word } from '../../test/fakes/senders/sender.ts'
import { secret } from '../lib/secret.ts'
import { createGitlabSource } from './gitlab.ts'

const source = createGitlabSource({ registry: 'registry.example.com' })
const body = JSON.stringify(envelope())

function signed(key: string | Uint8Array, changes: Readonly<Record<string, readonly string[]>> = {}, at = nowMs) {
  const timestamp = String(at / 1000)
  const signature = `v1,${hmac(key, [`one.${timestamp}.`, body]).toString('base64')}`
  return eventRequest(body, {
    'webhook-id': ['one'],
    'webhook-timestamp': [timestamp],
    'webhook-signature': [signature],
    ...changes,
  })
}
const signatureOf = (key: string) => signed(key).headers['webhook-signature']?.[0] ?? ''

test('a signing token with its prefix is the base64 of the key', () => {
  const key = Buffer.from('0123456789abcdef0123456789abcdef')

  expect(source.verify(signed(key), secret(`whsec_${key.toString('base64')}`))).toBe(true)
  expect(source.verify(signed(`whsec_${key.toString('base64')}`), secret(`whsec_${key.toString('base64')}`))).toBe(
    false,
  )
})

test('a prefix without a key is no key that anybody could guess', () => {
  expect(source.verify(signed(''), secret('whsec_'))).toBe(false)
  expect(source.verify(signed(''), secret('whsec_%%%%'))).toBe(false)
})

test('one of several signatures is enough, while a token is replaced', () => {
  const both = { 'webhook-signature': [`${signatureOf('another')} v2,x ${signatureOf(word)}`] }

  expect(source.verify(signed('another', both), secret(word))).toBe(true)
})

test.each([
  ['5 minutes ago', nowMs - 300_000, true],
  ['longer ago', nowMs - 301_000, false],
  ['further ahead', nowMs + 301_000, false],
])('what was signed %s', (_, at, isTaken) => {
  expect(source.verify(signed(word, {}, at), secret(word))).toBe(isTaken)
})

test.each<[string, Record<string, readonly string[]>]>([
  ['another id', { 'webhook-id': ['two'] }],
  ['no id', { 'webhook-id': [] }],
  ['another version', { 'webhook-signature': [signatureOf(word).replace('v1,', 'v1a,')] }],
  ['a fifth signature', { 'webhook-signature': [`v1,a v1,b v1,c v1,d ${signatureOf(word)}`] }],
])('%s is not what was signed', (_, changes) => {
  expect(source.verify(signed(word, changes), secret(word))).toBe(false)
})
