import fc from 'fast-check'
import { expect, test } from 'vitest'
import { quote } from './quote.ts'

test('strikes out what stands before the @ of a URL', () => {
  expect(quote('https://user:secret@registry.example/app')).toBe('"***@registry.example/app"')
  expect(quote('user:se/cret@registry.example/app')).toBe('"***@registry.example/app"')
})

test('keeps the tag before the @ of a digest', () => {
  expect(quote('registry.example/app:1@sha256:abc')).toBe('"registry.example/app:1@sha256:abc"')
})

test('cuts long text and says how long it was', () => {
  expect(quote('a'.repeat(5000))).toBe(`"${'a'.repeat(100)}"… (5000 characters)`)
})

test('shows look-alike letters and terminal escapes as codes', () => {
  expect(quote('ngіnx\u001b[2J\u009b\u202e')).toBe(String.raw`"ng\u0456nx\u001b[2J\u009b\u202e"`)
})

test('is short and printable whatever it is given', () => {
  const text = fc.string({
    unit: fc.oneof(
      fc.nat(0xffff).map((code) => String.fromCharCode(code)),
      fc.constantFrom('@', '/', '"', '\\'),
    ),
    maxLength: 150,
  })

  fc.assert(
    fc.property(text, (value) => {
      const quoted = quote(value)

      expect(quoted.length).toBeLessThan(100 * 6 + 40)
      expect(quoted.replace('…', '')).toMatch(/^[\x20-\x7e]*$/)
    }),
  )
})
