import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { generateKeyPairSync } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { certificates } from '../../test/fakes/certificates.ts'
import { readKeyPair, timeProblem } from './key-pair.ts'
import { redact } from './secret.ts'

let folder = ''
const at = (name: string): string => join(folder, name)
const read = (path: string) => readFile(path, 'utf8')
const pairOf = (certificate: string, key: string) => readKeyPair({ certificate: at(certificate), key: at(key) }, read)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longshore-pair-'))
  const encrypted = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: 'secret',
  })
  const files = {
    ...certificates,
    chain: certificates.server + certificates.ca,
    disordered: certificates.ca + certificates.server,
    text: 'no certificate',
    encrypted: `${encrypted}`,
  }
  for (const [name, text] of Object.entries(files)) await writeFile(at(name), text, { mode: 0o600 })
})
afterAll(() => rm(folder, { recursive: true }))

test('reads a certificate and its key, and says what they are good for', async () => {
  expect(await pairOf('chain', 'serverKey')).toMatchObject({
    certificate: certificates.server + certificates.ca,
    key: certificates.serverKey,
    names: expect.stringContaining('DNS:registry.example'),
    beginsAt: Date.parse('2026-11-21T10:01:38Z'),
    endsAt: Date.parse('2126-10-28T10:01:38Z'),
    isKeyOpen: false,
  })
  expect(redact(`the key is ${certificates.serverKey}`)).not.toContain('BEGIN')
})

test('sees that everybody may read the key', async () => {
  await chmod(at('clientKey'), 0o644)

  expect((await pairOf('client', 'clientKey')).isKeyOpen).toBe(true)
})

test.each([
  ['no certificate file', 'absent', 'serverKey', 'absent'],
  ['no key file', 'server', 'absent', 'absent'],
  ['a certificate that is none', 'text', 'serverKey', 'text: holds no certificate in PEM form'],
  ['the key in place of the certificate', 'serverKey', 'serverKey', 'serverKey: holds no certificate in PEM form'],
  ['a key that is none', 'server', 'text', 'text: holds no private key in PEM form'],
  ['the certificate in place of the key', 'server', 'server', 'server: holds no private key in PEM form'],
  ['a key with a passphrase', 'server', 'encrypted', 'encrypted: is encrypted'],
  ['the key of another one', 'server', 'clientKey', 'clientKey is not the key of this certificate'],
  ['its authority first', 'disordered', 'serverKey', "the server's own has to come first"],
])('says what is wrong with %s', async (_, certificate, key, sentence) => {
  const problem = await pairOf(certificate, key).catch((error: unknown) => error)

  expect(problem).toMatchObject({ code: 'TLS_UNUSABLE', message: expect.stringContaining(sentence) })
  expect(String(problem)).not.toContain('PRIVATE KEY')
})

test.each([
  ['2025-01-01', 'is not valid before 2026-01-01'],
  ['2026-01-01', null],
  ['2026-12-01', null],
  ['2026-12-20', 'expires on 2027-01-01'],
  ['2027-01-01', 'expired on 2027-01-01'],
])('on %s, of a certificate for 2026: %s', (day, sentence) => {
  const year = { beginsAt: Date.parse('2026-01-01'), endsAt: Date.parse('2027-01-01') }

  const problem = timeProblem(year, Date.parse(day))

  if (sentence === null) expect(problem).toBeNull()
  else expect(problem).toContain(sentence)
})
