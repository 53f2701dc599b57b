import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import { parseDigest } from './digest.ts'
import type { ImageReference } from './reference.ts'
import { formatCanonical, formatFamiliar, parseReference } from './reference.ts'

const registry = fc.oneof(
  fc.constantFrom('docker.io', 'localhost', 'ghcr.io', 'Upper', '[::1]:5000', '[2001:db8::1]'),
  fc.stringMatching(/^[a-z0-9]{1,8}(-{1,2}[a-z0-9]{1,4})?\.[a-zA-Z0-9]{1,4}(:[0-9]{1,5})?$/),
  fc.stringMatching(/^[a-z0-9]{1,8}:[0-9]{1,5}$/),
)
const pathPart = fc.oneof(
  fc.constantFrom('library', 'localhost', 'docker.io', 'sha256', 'a'.repeat(64), 'foo.bar'),
  fc.stringMatching(/^[a-z0-9]{1,6}((\.|_|__|-{1,3})[a-z0-9]{1,6}){0,2}$/),
)
const digest = fc.stringMatching(/^sha256:[a-f0-9]{64}$/).map(parseDigest)

const reference: fc.Arbitrary<ImageReference> = fc
  .record({
    registry,
    path: fc.array(pathPart, { minLength: 1, maxLength: 3 }),
    tag: fc.option(fc.stringMatching(/^\w[\w.-]{0,20}$/)),
    digest: fc.option(digest),
  })
  .map(({ path, ...rest }) => {
    const isOfficial = rest.registry === 'docker.io' && path.length === 1
    return { ...rest, repository: isOfficial ? `library/${path.join('/')}` : path.join('/') }
  })

/** Text that gets past the first checks often. */
const nearlyReference = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc
    .array(fc.constantFrom('a', 'B', '0', '.', ':', '/', '@', '_', '-', '[', ']', ' ', 'sha256:', 'localhost', 'é'))
    .map((parts) => parts.join('')),
  fc.tuple(reference, fc.nat(80), fc.string({ maxLength: 2 })).map(([valid, at, noise]) => {
    const text = formatCanonical(valid)
    return text.slice(0, at) + noise + text.slice(at)
  }),
)

test('reads back every reference from its canonical form', () => {
  fc.assert(
    fc.property(reference, (value) => {
      expect(parseReference(formatCanonical(value))).toEqual(value)
    }),
  )
})

test('reads back every reference from its familiar form', () => {
  fc.assert(
    fc.property(reference, (value) => {
      expect(parseReference(formatFamiliar(value))).toEqual(value)
    }),
  )
})

test('reads any text, or refuses it with REFERENCE_INVALID', () => {
  fc.assert(
    fc.property(nearlyReference, (text) => {
      const parsed = tryParse(text)
      if (parsed === null) return

      expect(parseReference(formatCanonical(parsed))).toEqual(parsed)
      expect(parseReference(formatFamiliar(parsed))).toEqual(parsed)
    }),
    { numRuns: 1000 },
  )
})

test('never fills in a tag or a digest', () => {
  fc.assert(
    fc.property(nearlyReference, (text) => {
      const parsed = tryParse(text)
      if (parsed === null) return

      expect(formatCanonical(parsed).endsWith(text.slice(text.lastIndexOf('/') + 1))).toBe(true)
    }),
    { numRuns: 1000 },
  )
})

function tryParse(text: string): ImageReference | null {
  try {
    return parseReference(text)
  } catch (error) {
    if (error instanceof AppError && error.code === 'REFERENCE_INVALID') return null
    throw error
  }
}
