import fc from 'fast-check'
import { expect, expectTypeOf, test } from 'vitest'
import type { ConfigDigest, Digest, IndexDigest, ManifestDigest } from './digest.ts'
import {
  algorithmOf,
  asConfigDigest,
  asIndexDigest,
  asManifestDigest,
  isDigest,
  isMeantBy,
  parseDigest,
  shortDigest,
} from './digest.ts'

const hex = '0123456789abcdef'.repeat(4)

test('accepts sha256 with 64 lower-case hexadecimal digits', () => {
  expect(parseDigest(`sha256:${hex}`)).toBe(`sha256:${hex}`)
  expect(isDigest(`sha256:${hex}`)).toBe(true)
})

test('accepts sha512 with 128, and tells the algorithm', () => {
  const long = parseDigest(`sha512:${hex}${hex}`)

  expect(algorithmOf(long)).toBe('sha512')
  expect(algorithmOf(parseDigest(`sha256:${hex}`))).toBe('sha256')
  expect(shortDigest(long)).toBe('0123456789ab')
})

test.each([
  ['0123', true],
  ['012', false],
  [hex, true],
  [`sha256:${hex}`, true],
  ['sha256:0123', true],
  ['sha256:012', false],
  ['sha512:0123', false],
  ['sha256', false],
  ['sha256:', false],
  ['1234', false],
  ['', false],
])('%j from a person means the digest that begins with 0123: %j', (text, isMeant) => {
  expect(isMeantBy(parseDigest(`sha256:${hex}`), text)).toBe(isMeant)
})

test.each([
  ['nothing', ''],
  ['no algorithm', hex],
  ['no digits', 'sha256:'],
  ['63 digits', `sha256:${hex.slice(1)}`],
  ['65 digits', `sha256:${hex}0`],
  ['upper case digits', `sha256:${hex.toUpperCase()}`],
  ['upper case algorithm', `SHA256:${hex}`],
  ['sha512 with 64 digits', `sha512:${hex}`],
  ['sha256 with 128 digits', `sha256:${hex}${hex}`],
  ['sha512 in upper case', `sha512:${hex}${hex}`.toUpperCase()],
  ['sha384', `sha384:${hex}${hex.slice(32)}`],
  ['a letter past f', `sha256:g${hex.slice(1)}`],
  ['a blank in front', ` sha256:${hex}`],
  ['a line break at the end', `sha256:${hex}\n`],
  ['two lines', `x\nsha256:${hex}`],
])('refuses %s', (_what, text) => {
  expect(isDigest(text)).toBe(false)
  expect(() => parseDigest(text)).toThrow(expect.objectContaining({ code: 'DIGEST_INVALID' }))
})

test('shows people the first 12 digits', () => {
  expect(shortDigest(parseDigest(`sha256:${hex}`))).toBe('0123456789ab')
})

test('accepts exactly what it recognises, over arbitrary text', () => {
  const text = fc.oneof(
    fc.string(),
    fc.stringMatching(/^sha256:[a-fA-F0-9]{62,65}$/),
    fc.stringMatching(/^sha512:[a-f0-9]{126,129}$/),
  )

  fc.assert(
    fc.property(text, (candidate) => {
      if (isDigest(candidate)) expect(parseDigest(candidate)).toBe(candidate)
      else expect(() => parseDigest(candidate)).toThrow(expect.objectContaining({ code: 'DIGEST_INVALID' }))
    }),
  )
})

test('keeps index, manifest and config digests apart at compile time', () => {
  const digest = parseDigest(`sha256:${hex}`)
  const index = asIndexDigest(digest)
  const manifest = asManifestDigest(digest)
  const config = asConfigDigest(digest)

  expectTypeOf(index).toExtend<Digest>()
  expectTypeOf(manifest).toExtend<Digest>()
  expectTypeOf(config).toExtend<Digest>()
  // @ts-expect-error an index is no manifest
  const wrongManifest: ManifestDigest = index
  // @ts-expect-error a manifest is no configuration
  const wrongConfig: ConfigDigest = manifest
  // @ts-expect-error a configuration is no index
  const wrongIndex: IndexDigest = config
  // @ts-expect-error of a plain digest nothing is known
  const unknown: ManifestDigest = digest
  // @ts-expect-error text is no digest until it was parsed
  const text: Digest = `sha256:${hex}`
  // @ts-expect-error what is known to be an index cannot be renamed
  const renamed = asManifestDigest(index)

  expect(new Set([wrongManifest, wrongConfig, wrongIndex, unknown, text, renamed])).toEqual(new Set([digest]))
})
